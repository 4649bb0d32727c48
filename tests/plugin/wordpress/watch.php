<?php
/**
 * Must-use plugin of the shop under test: keeps letters instead of sending them, measures what the plugin costs (meter.php), and has what tests ask for.
 */

add_filter(
	'pre_wp_mail',
	function ( $done, $mail ) {
		site_note( 'mails', array( 'to' => $mail['to'], 'subject' => $mail['subject'], 'message' => $mail['message'], 'headers' => $mail['headers'] ) );
		return true;
	},
	10,
	2
);

/** Nobody is asked for news: what is here is what is tested. */
add_filter(
	'pre_http_request',
	function ( $done, $how, $url ) {
		$host = (string) wp_parse_url( $url, PHP_URL_HOST );
		if ( preg_match( '/(^|\.)(woocommerce\.com|wordpress\.com|w\.org)$/', $host ) ) {
			return new WP_Error( 'http_request_failed', 'Nothing leaves this machine.' );
		}
		$news = '{"offers":[],"plugins":[],"themes":[],"no_update":[],"translations":[]}';
		return preg_match( '/(^|\.)wordpress\.org$/', $host ) ? array( 'headers' => array(), 'body' => $news, 'response' => array( 'code' => 200, 'message' => 'OK' ), 'cookies' => array(), 'filename' => null ) : $done;
	},
	10,
	3
);

/** The server under test listens on this machine, on a port that WordPress holds for unsafe in addresses that others gave it, as webhooks have. */
add_filter( 'http_request_host_is_external', '__return_true' );
add_filter(
	'http_allowed_safe_ports',
	function ( $ports, $host, $url ) {
		return array_merge( $ports, array( (int) wp_parse_url( $url, PHP_URL_PORT ) ) );
	},
	10,
	3
);

/** A line for the harness. */
function site_note( $file, $what ) {
	file_put_contents( getenv( 'SITE_ROOT' ) . "/$file.jsonl", wp_json_encode( $what ) . "\n", FILE_APPEND | LOCK_EX );
}

/** Cookies of a user who has logged in, by name. */
function site_cookies( $user_id ) {
	$until = time() + 7200;
	$token = WP_Session_Tokens::get_instance( $user_id )->create( $until );
	return array(
		LOGGED_IN_COOKIE => rawurlencode( wp_generate_auth_cookie( $user_id, $until, 'logged_in', $token ) ),
		AUTH_COOKIE      => rawurlencode( wp_generate_auth_cookie( $user_id, $until, 'auth', $token ) ),
	);
}

/** Run what is due, and what the plugin and webhooks will do in the next hour; how many actions ran. */
function site_work() {
	global $wpdb;
	$ran = 0;
	$wpdb->suppress_errors( true );
	$wpdb->query( "UPDATE {$wpdb->prefix}actionscheduler_actions SET scheduled_date_gmt = UTC_TIMESTAMP() - INTERVAL 1 SECOND WHERE status = 'pending' AND scheduled_date_gmt < UTC_TIMESTAMP() + INTERVAL 1 HOUR AND hook LIKE 'vitrine%'" );
	$wpdb->suppress_errors( false );
	$queue = get_option( 'vitrine_queue' );
	if ( is_array( $queue ) && $queue['due'] ) {
		update_option( 'vitrine_queue', array( 'due' => time() - 1 ) + $queue );
	}
	for ( $round = 0; $round < 20; $round++ ) {
		$now = 0;
		if ( class_exists( 'ActionScheduler_QueueRunner' ) ) {
			$now += (int) ActionScheduler_QueueRunner::instance()->run( 'Tests' );
		}
		foreach ( wp_get_ready_cron_jobs() as $time => $hooks ) {
			foreach ( $hooks as $hook => $events ) {
				foreach ( $events as $event ) {
					if ( 'action_scheduler_run_queue' === $hook || 0 === strpos( $hook, 'wp_' ) ) {
						continue;
					}
					$event['schedule'] ? wp_reschedule_event( $time, $event['schedule'], $hook, $event['args'] ) : null;
					wp_unschedule_event( $time, $hook, $event['args'] );
					do_action_ref_array( $hook, $event['args'] );
					++$now;
				}
			}
		}
		$ran += $now;
		if ( ! $now ) {
			break;
		}
	}
	return $ran;
}

require __DIR__ . '/meter.php';

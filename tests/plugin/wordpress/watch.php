<?php
/**
 * Must-use plugin of the shop under test: keeps letters instead of sending them, times the plugin's hooks, and has what tests ask for.
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

/**
 * Milliseconds spent in the plugin: its file when loaded, and each of its callbacks, the outermost counted.
 */
final class Site_Watch {
	private static $ns    = array();
	private static $depth = 0;
	private static $last  = 0;

	public static function start() {
		self::$last = hrtime( true );
		add_action( 'plugin_loaded', array( __CLASS__, 'loaded' ) );
		foreach ( array( 'plugins_loaded', 'init', 'wp_loaded', 'wp', 'template_redirect', 'wp_footer', 'rest_api_init' ) as $hook ) {
			add_action( $hook, array( __CLASS__, 'wrap' ), PHP_INT_MAX );
		}
		register_shutdown_function( array( __CLASS__, 'tell' ) );
	}

	public static function loaded( $file ) {
		$now = hrtime( true );
		if ( self::is_below( $file ) ) {
			self::$ns['load'] = $now - self::$last;
		}
		self::$last = $now;
	}

	/** Put a stop-watch around each callback of the plugin that has none yet. */
	public static function wrap() {
		global $wp_filter;
		foreach ( $wp_filter as $name => $hook ) {
			foreach ( $hook->callbacks as $priority => $callbacks ) {
				foreach ( $callbacks as $id => $callback ) {
					if ( self::is_ours( $callback['function'] ) ) {
						$wp_filter[ $name ]->callbacks[ $priority ][ $id ]['function'] = self::timed( $name, $callback['function'] );
					}
				}
			}
		}
	}

	private static function is_ours( $function ) {
		if ( is_array( $function ) ) {
			$owner = is_object( $function[0] ) ? get_class( $function[0] ) : $function[0];
			return 0 === stripos( $owner, 'Vitrine_' );
		}
		if ( is_string( $function ) ) {
			return 0 === stripos( $function, 'vitrine_' );
		}
		return $function instanceof Closure && self::is_below( (string) ( new ReflectionFunction( $function ) )->getFileName() );
	}

	private static function is_below( $file ) {
		$folder = realpath( WP_PLUGIN_DIR . '/vitrine' );
		return $folder && 0 === strpos( (string) realpath( $file ), $folder . '/' );
	}

	private static function timed( $name, $function ) {
		return function ( ...$arguments ) use ( $name, $function ) {
			$start = hrtime( true );
			++self::$depth;
			try {
				return $function( ...$arguments );
			} finally {
				if ( 0 === --self::$depth ) {
					self::$ns[ $name ] = ( self::$ns[ $name ] ?? 0 ) + hrtime( true ) - $start;
				}
			}
		};
	}

	public static function tell() {
		if ( self::$ns && 0 !== strpos( $_SERVER['REQUEST_URI'] ?? '/__site/', '/__site/' ) ) {
			$ms = array_map( function ( $ns ) { return round( $ns / 1e6, 3 ); }, self::$ns );
			site_note( 'hooks', array( 'uri' => $_SERVER['REQUEST_URI'], 'ms' => round( array_sum( $ms ), 3 ), 'hooks' => $ms ) );
		}
	}
}
Site_Watch::start();

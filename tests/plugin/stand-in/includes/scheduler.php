<?php
/** Action Scheduler: jobs in its table; whoever runs the queue runs what is due. */

class ActionScheduler_QueueRunner {
	private static $one = null;

	public static function instance() {
		self::$one = self::$one ?: new self();
		return self::$one;
	}

	public function run( $context = '' ) {
		global $wpdb;
		$table = $wpdb->prefix . 'actionscheduler_actions';
		$ran   = 0;
		foreach ( $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $table WHERE status = 'pending' AND scheduled_date_gmt <= %s ORDER BY scheduled_date_gmt, action_id LIMIT 100", gmdate( 'Y-m-d H:i:s' ) ) ) as $action ) {
			$wpdb->update( $table, array( 'status' => 'in-progress' ), array( 'action_id' => $action->action_id ) );
			try {
				do_action_ref_array( $action->hook, array_values( json_decode( $action->args, true ) ) );
				$state = 'complete';
			} catch ( Throwable $e ) {
				error_log( "Action $action->hook failed: " . $e->getMessage() ); // phpcs:ignore
				$state = 'failed';
			}
			$wpdb->update( $table, array( 'status' => $state ), array( 'action_id' => $action->action_id ) );
			$action->every_s ? as_schedule_recurring_action( time() + $action->every_s, $action->every_s, $action->hook, json_decode( $action->args, true ), $action->group ) : null;
			++$ran;
		}
		return $ran;
	}
}
add_action( 'init', function () { do_action( 'action_scheduler_init' ); }, 1 );

function stand_in_schedule( $at, $every_s, $hook, $args, $group, $unique = false ) {
	global $wpdb;
	if ( ! did_action( 'action_scheduler_init' ) ) {
		wc_doing_it_wrong( 'as_schedule_*', "$hook was scheduled before the Action Scheduler data store was initialized", '3.1.6' );
		return 0;
	}
	if ( $unique && as_has_scheduled_action( $hook, $args, $group ) ) {
		return 0;
	}
	$wpdb->insert( $wpdb->prefix . 'actionscheduler_actions', array( 'hook' => $hook, 'status' => 'pending', 'scheduled_date_gmt' => gmdate( 'Y-m-d H:i:s', $at ), 'args' => wp_json_encode( $args ), 'group' => $group, 'every_s' => $every_s ) );
	return (int) $wpdb->insert_id;
}

function as_schedule_single_action( $at, $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {
	return stand_in_schedule( $at, 0, $hook, $args, $group, $unique );
}

function as_enqueue_async_action( $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {
	return stand_in_schedule( time(), 0, $hook, $args, $group, $unique );
}

function as_schedule_recurring_action( $at, $every_s, $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {
	return stand_in_schedule( $at, $every_s, $hook, $args, $group, $unique );
}

function stand_in_pending( $hook, $args, $group ) {
	global $wpdb;
	$where = $hook ? $wpdb->prepare( 'hook = %s', $hook ) : '1=1';
	$where .= is_array( $args ) ? $wpdb->prepare( ' AND args = %s', wp_json_encode( $args ) ) : '';
	return $where . ( $group ? $wpdb->prepare( ' AND `group` = %s', $group ) : '' );
}

function as_next_scheduled_action( $hook, $args = null, $group = '' ) {
	global $wpdb;
	$at = $wpdb->get_var( "SELECT scheduled_date_gmt FROM {$wpdb->prefix}actionscheduler_actions WHERE status = 'pending' AND " . stand_in_pending( $hook, $args, $group ) . ' ORDER BY scheduled_date_gmt LIMIT 1' );
	return $at ? strtotime( "$at UTC" ) : false;
}

function as_has_scheduled_action( $hook, $args = null, $group = '' ) {
	global $wpdb;
	return (bool) $wpdb->get_var( "SELECT 1 FROM {$wpdb->prefix}actionscheduler_actions WHERE status IN ('pending', 'in-progress') AND " . stand_in_pending( $hook, $args, $group ) . ' LIMIT 1' );
}

function as_unschedule_all_actions( $hook, $args = array(), $group = '' ) {
	global $wpdb;
	$wpdb->query( "UPDATE {$wpdb->prefix}actionscheduler_actions SET status = 'canceled' WHERE status = 'pending' AND " . stand_in_pending( $hook, $args ?: null, $group ) );
}

function as_unschedule_action( $hook, $args = array(), $group = '' ) {
	as_unschedule_all_actions( $hook, $args, $group );
	return null;
}

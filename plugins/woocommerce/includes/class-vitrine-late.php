<?php
/**
 * What is done when the visitor has his page.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Work put off to the very end of the request. Where PHP can say that an answer is whole (FastCGI, LiteSpeed) it is out before the work begins;
 * elsewhere all its bytes are. WooCommerce has saved its session by then, so that the next request of the same browser finds it.
 */
final class Vitrine_Late {

	const PRIORITY = 1000;      // At shutdown; WooCommerce's session is saved at 20.
	const FINISH   = array( 'fastcgi_finish_request', 'litespeed_finish_request' );

	/**
	 * What waits: array( callable, arguments ).
	 *
	 * @var array
	 */
	private static $work = array();

	/**
	 * Whether the end is past: what comes now is done at once.
	 *
	 * @var bool
	 */
	private static $is_late = false;

	/**
	 * Something to do at the end.
	 *
	 * @param callable $what      To be called.
	 * @param array    $arguments With these.
	 */
	public static function add( $what, array $arguments = array() ) {
		if ( self::$is_late || self::is_past() ) {
			call_user_func_array( $what, $arguments );
			return;
		}
		if ( ! self::$work ) {
			add_action( 'shutdown', array( __CLASS__, 'run' ), self::PRIORITY );
		}
		self::$work[] = array( $what, $arguments );
	}

	/**
	 * Whether WordPress has come by our place already, with nothing to do: other plugins do things at the very end too.
	 *
	 * @return bool
	 */
	private static function is_past() {
		return did_action( 'shutdown' ) && ! ( doing_action( 'shutdown' ) && $GLOBALS['wp_filter']['shutdown']->current_priority() < self::PRIORITY );
	}

	/**
	 * The end.
	 */
	public static function run() {
		self::$is_late = true;
		foreach ( self::FINISH as $finish ) {
			if ( function_exists( $finish ) ) {
				$finish();
				break;
			}
		}
		foreach ( self::$work as $one ) {
			call_user_func_array( $one[0], $one[1] );
		}
		self::$work = array();
	}
}

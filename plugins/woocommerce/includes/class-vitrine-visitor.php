<?php
/**
 * Who visits, and what he agreed to.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Reads the two cookies of the widget and the visitor's consent. The widget sets its cookies only where that is allowed, so a cookie is
 * an agreement until it is taken back. Nothing here writes; cookies are the visitor's own word and only of our form are they believed.
 */
final class Vitrine_Visitor {

	const COOKIE    = 'vitrine_visitor';
	const RECS      = 'vitrine_recs';
	const MOST_RECS = 20;

	/**
	 * Tells the WP Consent API which cookies there are and what for.
	 */
	public static function declare_cookies() {
		if ( Vitrine_Options::get( 'cookieless' ) ) {
			return;
		}
		$days = __( '180 days', 'vitrine' );
		wp_add_cookie_info( 'vitrine_visitor', 'Vitrine', 'statistics', $days, __( 'Tells one browser from another, so that suggestions fit what was looked at before.', 'vitrine' ) );
		wp_add_cookie_info( 'vitrine_recs', 'Vitrine', 'statistics', __( '7 days', 'vitrine' ), __( 'Which suggestions were followed, so that an order can be counted for them.', 'vitrine' ) );
	}

	/**
	 * What this browser is called; '' where it may not be known or has no name.
	 *
	 * @return string
	 */
	public static function id() {
		if ( Vitrine_Options::get( 'cookieless' ) || 'none' === self::consent() ) {
			return '';
		}
		$id = self::cookie( self::COOKIE );
		return preg_match( '/^[\w-]{8,64}$/D', $id ) ? $id : '';
	}

	/**
	 * Answers that led to what is in the cart, newest first.
	 *
	 * @return array rec_ids, 20 at most.
	 */
	public static function recs() {
		$all = '' === self::id() ? array() : explode( '.', self::cookie( self::RECS ), self::MOST_RECS + 1 );
		return array_slice( array_values( array_filter( $all, array( __CLASS__, 'is_rec' ) ) ), 0, self::MOST_RECS );
	}

	/**
	 * Whether a text has the form of an answer's id.
	 *
	 * @param mixed $text Anything.
	 * @return bool
	 */
	public static function is_rec( $text ) {
		return is_string( $text ) && 1 === preg_match( '/^\w{8,40}$/D', $text );
	}

	/**
	 * What the visitor agreed to: all, statistics, none; '' where nobody asked him.
	 *
	 * @return string
	 */
	public static function consent() {
		if ( Vitrine_Options::get( 'dnt' ) && ( '1' === self::header( 'HTTP_DNT' ) || '1' === self::header( 'HTTP_SEC_GPC' ) ) ) {
			return 'none';
		}
		if ( ! function_exists( 'wp_has_consent' ) || ! function_exists( 'wp_get_consent_type' ) || ! wp_get_consent_type() ) {
			return '';
		}
		if ( ! wp_has_consent( 'statistics' ) ) {
			return 'none';
		}
		return wp_has_consent( 'marketing' ) || wp_has_consent( 'preferences' ) ? 'all' : 'statistics';
	}

	/**
	 * Whether what he does may be told at all, with a name or without.
	 *
	 * @return bool
	 */
	public static function may_be_told() {
		$level = self::consent();
		return 'none' !== $level && ( '' !== $level || 'optional' === Vitrine_Options::get( 'consent' ) || '' !== self::id() );
	}

	/**
	 * How the server knows an address.
	 *
	 * @param string $email Address.
	 * @return string 64 hexadecimal digits; '' for what is no address.
	 */
	public static function email_hash( $email ) {
		$email = strtolower( trim( (string) $email ) );
		return is_email( $email ) ? hash( 'sha256', $email ) : '';
	}

	/**
	 * Whether the browser calls itself a robot, or nothing at all.
	 *
	 * @return bool
	 */
	public static function is_robot() {
		$agent = self::header( 'HTTP_USER_AGENT' );
		return '' === $agent || 1 === preg_match( '/bot\b|bot\/|crawl|spider|slurp|preview|fetch|monitor|headless|curl|wget|python|scan/i', $agent );
	}

	/**
	 * A cookie as it came.
	 *
	 * @param string $name Cookie.
	 * @return string
	 */
	private static function cookie( $name ) {
		return isset( $_COOKIE[ $name ] ) && is_string( $_COOKIE[ $name ] ) ? sanitize_text_field( wp_unslash( $_COOKIE[ $name ] ) ) : '';
	}

	/**
	 * A header as it came.
	 *
	 * @param string $name As in $_SERVER.
	 * @return string
	 */
	private static function header( $name ) {
		return isset( $_SERVER[ $name ] ) ? sanitize_text_field( wp_unslash( $_SERVER[ $name ] ) ) : '';
	}
}

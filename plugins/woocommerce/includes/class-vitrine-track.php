<?php
/**
 * What is told of visitors where the widget cannot.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Tells the server who logged in; and, where the owner wants it (`track_server`), what is looked at and searched for in browsers that do not
 * run the widget. Such a page asks for a picture (no scripts at all) or shop.js tells (the widget's script was blocked): both happen only
 * where the widget is not, so nothing is told twice, and pages stay the same for all, as page caches need it.
 */
final class Vitrine_Track {

	const ACTION  = 'vitrine_seen';       // Of wc-ajax.
	const KNOWN   = 'vitrine_identity';   // In the session: who was told.
	const KEPT    = 15552000;             // Seconds a visitor's name is kept: 180 days, as the widget has it.
	const PICTURE = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
	const MOST    = 200;                  // Letters of a search.

	/**
	 * Somebody logged in, or got an account.
	 *
	 * @param string $cookie     Not used.
	 * @param int    $expire     Not used.
	 * @param int    $expiration Not used.
	 * @param int    $user_id    Who.
	 */
	public static function logged_in( $cookie, $expire, $expiration, $user_id ) {
		$user = get_userdata( $user_id );
		if ( $user ) {
			self::identify( $user );
		}
	}

	/**
	 * Tells once a session which browser a customer uses, for those who logged in before the plugin was there.
	 */
	public static function identify_once() {
		$user = wp_get_current_user();
		$id   = Vitrine_Visitor::id();
		if ( ! $user->ID || '' === $id || ! WC()->session || WC()->session->get( self::KNOWN ) === $id . '/' . $user->ID ) {
			return;
		}
		WC()->session->set( self::KNOWN, $id . '/' . $user->ID );
		self::identify( $user );
	}

	/**
	 * This browser is that customer's. Who runs the shop is no customer.
	 *
	 * @param WP_User $user Account.
	 */
	private static function identify( $user ) {
		$id = Vitrine_Visitor::id();
		if ( '' === $id || user_can( $user, 'manage_woocommerce' ) ) {
			return;
		}
		$message = array(
			'visitor_id'  => $id,
			'customer_id' => (string) $user->ID,
			'email_hash'  => Vitrine_Visitor::email_hash( $user->user_email ),
		);
		Vitrine_Queue::add( 'identity', array_filter( $message ), 'who:' . $id );
	}

	/**
	 * Where the picture of a page is asked for.
	 *
	 * @return string Address; '' where there is nothing to tell.
	 */
	public static function address() {
		$facts = array();
		if ( is_product() ) {
			$facts = array( 'product' => (string) get_queried_object_id() );
		} elseif ( is_search() ) {
			$facts = array( 'search' => self::short( get_search_query( false ) ) );
		}
		return $facts && '' !== reset( $facts ) ? add_query_arg( array_map( 'rawurlencode', $facts ), WC_AJAX::get_endpoint( self::ACTION ) ) : '';
	}

	/**
	 * Action wp_footer: a picture for browsers without scripts. It is the same for all.
	 */
	public static function draw() {
		$address = self::address();
		if ( '' !== $address ) {
			printf( '<noscript><img src="%s" alt="" width="1" height="1" style="position:absolute;left:-9999px"></noscript>', esc_url( $address ) );
		}
	}

	/**
	 * The picture is asked for, or shop.js tells.
	 */
	public static function seen() {
		$event = self::event();
		if ( $event && Vitrine_Visitor::may_be_told() && ! Vitrine_Visitor::is_robot() && Vitrine_Ajax::is_from_here() ) {
			$id    = self::visitor();
			$level = Vitrine_Visitor::consent();
			$now   = (int) floor( microtime( true ) * 1000 );
			$who   = '' === $id ? array() : array( 'visitor_id' => $id );
			$event = $event + $who + ( '' === $level ? array() : array( 'consent' => $level ) ) + array(
				'id'   => bin2hex( random_bytes( 12 ) ),
				'time' => $now,
			);
			Vitrine_Queue::add( 'event', array( 'event' => $event ) );
		}
		nocache_headers();
		header( 'Content-Type: image/gif' );
		// phpcs:ignore WordPress.Security.EscapeOutput, WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode
		echo base64_decode( self::PICTURE );
		wp_die( '', '', array( 'response' => null ) );
	}

	/**
	 * What was seen.
	 *
	 * @return array Members of the event; empty when it is nothing we know.
	 */
	private static function event() {
		// Pictures carry no nonce, and pages are kept by caches for days.
		// phpcs:disable WordPress.Security.NonceVerification.Recommended
		$product = isset( $_GET['product'] ) ? absint( $_GET['product'] ) : 0;
		$search  = isset( $_GET['search'] ) ? self::short( sanitize_text_field( wp_unslash( $_GET['search'] ) ) ) : '';
		// phpcs:enable
		if ( $product && 'product' === get_post_type( $product ) && 'publish' === get_post_status( $product ) ) {
			return array(
				'type'       => 'view',
				'product_id' => (string) $product,
			);
		}
		if ( '' !== $search ) {
			return array(
				'type'  => 'search',
				'query' => $search,
			);
		}
		return array();
	}

	/**
	 * A search, not too long.
	 *
	 * @param string $text Search.
	 * @return string
	 */
	private static function short( $text ) {
		return trim( function_exists( 'mb_substr' ) ? mb_substr( $text, 0, self::MOST, 'UTF-8' ) : substr( $text, 0, self::MOST ) );
	}

	/**
	 * What this browser is called; where nobody has to be asked and it has no name it gets one, as the widget would give it.
	 *
	 * @return string '' where it may have none.
	 */
	private static function visitor() {
		$id = Vitrine_Visitor::id();
		if ( '' !== $id || Vitrine_Options::get( 'cookieless' ) || ( 'optional' !== Vitrine_Options::get( 'consent' ) && '' === Vitrine_Visitor::consent() ) ) {
			return $id;
		}
		$id = bin2hex( random_bytes( 12 ) );
		setcookie(
			Vitrine_Visitor::COOKIE,
			$id,
			array(
				'expires'  => time() + self::KEPT,
				'path'     => '/',
				'secure'   => is_ssl(),
				'samesite' => 'Lax',
			)
		);
		return $id;
	}
}

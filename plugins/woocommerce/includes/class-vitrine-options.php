<?php
/**
 * All settings, in one row of the options table.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Reads and writes the row `vitrine`. It is loaded with WordPress (autoload), so reading costs no query.
 */
final class Vitrine_Options {

	const ROW = 'vitrine';

	/**
	 * Every setting and what it is when nobody said otherwise. A name that is not here does not exist.
	 */
	const DEFAULTS = array(
		'version'             => '',         // of the plugin that made the tables.
		'server'              => '',         // address of the Vitrine server, without a slash at the end.
		'store_id'            => 0,
		'store'               => '',         // the shop's name on the server.
		'public_key'          => '',
		'secret_key'          => '',
		'plugin_secret'       => '',         // 64 hexadecimal digits: signs batches, checks offers.
		'rest_key_id'         => 0,          // of the key in woocommerce_api_keys that the server uses.
		'connected_at'        => 0,          // seconds, UTC.
		'placements'          => array(),    // slot => true or false; a slot that is not here is as Vitrine_Placements::SLOTS says.
		'server_render'       => false,      // suggestions drawn into the page by this shop.
		'email_block'         => true,       // suggestions in WooCommerce's letters to customers.
		'track_server'        => false,      // product views told by this shop where scripts do not run.
		'recover_carts'       => true,       // carts told to the server, with a link that restores them.
		'offers'              => true,       // prices of bundles and upgrades granted in the cart.
		'offers_with_coupons' => false,
		'consent'             => 'optional', // or required: nothing is told before the visitor agreed.
		'dnt'                 => false,      // visitors whose browser says Do Not Track or Global Privacy Control are not followed.
		'cookieless'          => false,      // nothing is kept in the browser.
	);

	/**
	 * One setting.
	 *
	 * @param string $name One of DEFAULTS.
	 * @return mixed
	 */
	public static function get( $name ) {
		$row = get_option( self::ROW, array() );
		return is_array( $row ) && array_key_exists( $name, $row ) ? $row[ $name ] : self::DEFAULTS[ $name ];
	}

	/**
	 * Changes settings. Names that are not in DEFAULTS are left out, values take the type the default has.
	 *
	 * @param array $values name => value.
	 */
	public static function set( array $values ) {
		$row = get_option( self::ROW, array() );
		$row = is_array( $row ) ? $row : array();
		foreach ( array_intersect_key( $values, self::DEFAULTS ) as $name => $value ) {
			settype( $value, gettype( self::DEFAULTS[ $name ] ) );
			$row[ $name ] = $value;
		}
		update_option( self::ROW, $row, true );
	}

	/**
	 * Whether the shop is connected to a server.
	 *
	 * @return bool
	 */
	public static function is_connected() {
		return '' !== self::get( 'server' ) && '' !== self::get( 'public_key' );
	}

	/**
	 * Whether this shop grants offers in its cart: only then are their prices shown.
	 *
	 * @return bool
	 */
	public static function grants_offers() {
		return (bool) self::get( 'offers' ) && '' !== self::get( 'plugin_secret' );
	}

	/**
	 * Forgets everything, also what was kept for a while.
	 */
	public static function delete_all() {
		global $wpdb;
		delete_option( self::ROW );
		foreach ( array( '_transient_vitrine_', '_transient_timeout_vitrine_' ) as $start ) {
			$wpdb->query( $wpdb->prepare( "DELETE FROM {$wpdb->options} WHERE option_name LIKE %s", $wpdb->esc_like( $start ) . '%' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
		}
	}
}

<?php
/**
 * The key by which the server reads this shop.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * A row of WooCommerce's own table of REST keys, as WooCommerce's settings page makes it: the key is kept as a hash, its last seven
 * characters to be recognised by. The owner sees it there (WooCommerce, Settings, Advanced, REST API) and may revoke it.
 */
final class Vitrine_Rest_Key {

	/**
	 * Makes one, of the user at hand, who must be allowed to manage the shop.
	 *
	 * @return array|WP_Error id, key, secret: the key and the secret cannot be read again.
	 */
	public static function make() {
		global $wpdb;
		if ( ! current_user_can( 'manage_woocommerce' ) ) {
			return new WP_Error( 'vitrine', __( 'Only who may manage WooCommerce can connect the shop.', 'vitrine' ) );
		}
		$key    = 'ck_' . wc_rand_hash();
		$secret = 'cs_' . wc_rand_hash();
		$row    = array(
			'user_id'         => get_current_user_id(),
			'description'     => 'Vitrine',
			'permissions'     => 'read_write',
			'consumer_key'    => wc_api_hash( $key ),
			'consumer_secret' => $secret,
			'truncated_key'   => substr( $key, -7 ),
		);
		if ( ! $wpdb->insert( self::table(), $row, array( '%d', '%s', '%s', '%s', '%s', '%s' ) ) ) { // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			return new WP_Error( 'vitrine', __( 'WooCommerce’s table of REST keys cannot be written. Look at WooCommerce, Status, Database.', 'vitrine' ) );
		}
		return array(
			'id'     => (int) $wpdb->insert_id,
			'key'    => $key,
			'secret' => $secret,
		);
	}

	/**
	 * Whether it is still there.
	 *
	 * @param int $id key_id.
	 * @return bool
	 */
	public static function is_there( $id ) {
		global $wpdb;
		return (bool) $wpdb->get_var( $wpdb->prepare( 'SELECT key_id FROM ' . self::table() . ' WHERE key_id = %d', $id ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Takes it away; 0, or one that is gone, is fine.
	 *
	 * @param int $id key_id.
	 */
	public static function remove( $id ) {
		global $wpdb;
		if ( $id > 0 ) {
			$wpdb->delete( self::table(), array( 'key_id' => $id ), array( '%d' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
		}
	}

	/**
	 * WooCommerce's table.
	 *
	 * @return string
	 */
	private static function table() {
		global $wpdb;
		return $wpdb->prefix . 'woocommerce_api_keys';
	}
}

<?php
/**
 * Where the plugin joins WordPress and WooCommerce: every hook there is, in one table.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * The table names classes and loads none of them: PHP does that when a hook is called. A page of the shop so loads what it shows and no more.
 * What belongs to pages that visitors see is hooked by Vitrine_Page::begin(), which knows what page it is; what belongs to offers in the cart,
 * by Vitrine_Offers, once there is one.
 */
final class Vitrine_Hooks {

	const OFFER = 'vitrine_offer';      // In a line of the cart, see Vitrine_Offers.
	const ENDED = 'vitrine_ended';      // In the session, see there.
	const CART  = 'vitrine_cart';       // In an address, see Vitrine_Recovery.

	/**
	 * When => rows of hook, class, method, and where they are not 10 and 1: priority, arguments. When: `always` in any shop with WooCommerce;
	 * `admin` in its administration; `connected` in a shop that has its server; others are switches of Vitrine_Options, in a connected shop.
	 */
	const TABLE = array(
		'always'        => array(
			array( 'init', 'Vitrine_Block', 'register' ),
			array( 'enqueue_block_editor_assets', 'Vitrine_Block', 'say_texts' ),
			array( 'wp_privacy_personal_data_exporters', 'Vitrine_Privacy', 'add_exporter' ),
			array( 'wp_privacy_personal_data_erasers', 'Vitrine_Privacy', 'add_eraser' ),
		),
		'admin'         => array(
			array( 'before_woocommerce_init', 'Vitrine_Plugin', 'declare_compatible' ),
			array( 'admin_init', 'Vitrine_Plugin', 'upgrade' ),
			array( 'admin_init', 'Vitrine_Admin', 'open_once' ),
			array( 'admin_init', 'Vitrine_Privacy', 'add_text' ),
			array( 'admin_menu', 'Vitrine_Admin', 'add_page', 60 ),
			array( 'admin_enqueue_scripts', 'Vitrine_Admin', 'enqueue' ),
			array( 'admin_post_vitrine_connect', 'Vitrine_Admin', 'act' ),
			array( 'admin_post_vitrine_disconnect', 'Vitrine_Admin', 'act' ),
			array( 'admin_post_vitrine_test', 'Vitrine_Admin', 'act' ),
			array( 'admin_post_vitrine_sync', 'Vitrine_Admin', 'act' ),
			array( 'admin_post_vitrine_save', 'Vitrine_Admin', 'act' ),
			array( 'wp_ajax_vitrine_status', 'Vitrine_Admin', 'send_status' ),
		),
		'connected'     => array(
			array( 'template_redirect', 'Vitrine_Page', 'begin', 5 ),
			array( 'vitrine_send', 'Vitrine_Queue', 'job' ),
			array( 'set_logged_in_cookie', 'Vitrine_Track', 'logged_in', 10, 4 ),
			array( 'wc_ajax_vitrine_add', 'Vitrine_Ajax', 'add' ),
			array( 'wc_ajax_vitrine_cart', 'Vitrine_Ajax', 'cart' ),
			array( 'wc_ajax_vitrine_variations', 'Vitrine_Ajax', 'variations' ),
			array( 'wc_ajax_vitrine_contact', 'Vitrine_Ajax', 'contact' ),
			array( 'woocommerce_checkout_create_order', 'Vitrine_Checkout', 'write_classic', 10, 2 ),
			array( 'woocommerce_store_api_checkout_update_order_meta', 'Vitrine_Checkout', 'write' ),
			array( 'woocommerce_checkout_order_processed', 'Vitrine_Checkout', 'placed_classic', 20, 3 ),
			array( 'woocommerce_store_api_checkout_order_processed', 'Vitrine_Checkout', 'placed', 20 ),
			array( 'woocommerce_product_set_stock', 'Vitrine_Stock', 'tell' ),
			array( 'woocommerce_variation_set_stock', 'Vitrine_Stock', 'tell' ),
			array( 'woocommerce_product_set_stock_status', 'Vitrine_Stock', 'status_set', 10, 3 ),
			array( 'woocommerce_variation_set_stock_status', 'Vitrine_Stock', 'status_set', 10, 3 ),
			array( 'woocommerce_product_object_updated_props', 'Vitrine_Stock', 'updated', 10, 2 ),
			array( 'wc_after_products_starting_sales', 'Vitrine_Stock', 'sales' ),
			array( 'wc_after_products_ending_sales', 'Vitrine_Stock', 'sales' ),
		),
		'recover_carts' => array(
			array( 'woocommerce_add_to_cart', 'Vitrine_Carts', 'note_change' ),
			array( 'woocommerce_cart_item_removed', 'Vitrine_Carts', 'note_change' ),
			array( 'woocommerce_cart_item_restored', 'Vitrine_Carts', 'note_change' ),
			array( 'woocommerce_after_cart_item_quantity_update', 'Vitrine_Carts', 'note_change' ),
			array( 'woocommerce_cart_emptied', 'Vitrine_Carts', 'note_change' ),
			array( 'woocommerce_applied_coupon', 'Vitrine_Carts', 'note_change' ),
			array( 'woocommerce_removed_coupon', 'Vitrine_Carts', 'note_change' ),
			array( 'woocommerce_store_api_cart_update_customer_from_request', 'Vitrine_Carts', 'note_change' ),
			array( 'woocommerce_checkout_fields', 'Vitrine_Checkout', 'add_field' ),
			array( 'woocommerce_set_additional_field_value', 'Vitrine_Checkout', 'block_field_set', 10, 4 ),
		),
		'offers'        => array(
			array( 'woocommerce_cart_loaded_from_session', __CLASS__, 'grant', 1000 ),
			array( 'woocommerce_before_calculate_totals', __CLASS__, 'grant', 1000 ),
			array( 'woocommerce_check_cart_items', __CLASS__, 'say_what_ended' ),
			array( 'woocommerce_cart_emptied', __CLASS__, 'forget_what_ended' ),
			array( 'woocommerce_checkout_order_processed', 'Vitrine_Offers', 'placed_classic', 5, 3 ),
			array( 'woocommerce_store_api_checkout_order_processed', 'Vitrine_Offers', 'burn', 5 ),
		),
		'email_block'   => array(
			array( 'woocommerce_email_customer_details', 'Vitrine_Emails', 'draw', 30, 4 ),
			array( 'vitrine_letter', 'Vitrine_Emails', 'fetch', 10, 2 ),
		),
		'track_server'  => array(
			array( 'wc_ajax_vitrine_seen', 'Vitrine_Track', 'seen' ),
		),
	);

	/**
	 * Adds what this shop needs at this request.
	 */
	public static function add() {
		$connected = Vitrine_Options::is_connected();
		$now       = array(
			'always'    => true,
			'admin'     => is_admin() || ( defined( 'WP_CLI' ) && WP_CLI ),
			'connected' => $connected,
			'offers'    => $connected && Vitrine_Options::grants_offers(),
		);
		foreach ( self::TABLE as $when => $rows ) {
			if ( isset( $now[ $when ] ) ? $now[ $when ] : $connected && Vitrine_Options::get( $when ) ) {
				self::add_rows( $rows );
			}
		}
		$plugin = plugin_basename( VITRINE_FILE );
		add_shortcode( 'vitrine', array( 'Vitrine_Shortcode', 'draw' ) );
		add_filter( 'wp_consent_api_registered_' . $plugin, '__return_true' );
		if ( $now['admin'] ) {
			add_filter( 'plugin_action_links_' . $plugin, array( 'Vitrine_Admin', 'add_link' ) );
		}
		if ( $connected ) {
			self::add_where_known();
		}
	}

	/**
	 * Rows of the table.
	 *
	 * @param array $rows See TABLE.
	 */
	private static function add_rows( array $rows ) {
		foreach ( $rows as $row ) {
			add_filter( $row[0], array( $row[1], $row[2] ), isset( $row[3] ) ? $row[3] : 10, isset( $row[4] ) ? $row[4] : 1 );
		}
	}

	/**
	 * What depends on other plugins, and on the address.
	 */
	private static function add_where_known() {
		if ( function_exists( 'wp_add_cookie_info' ) ) {
			add_action( 'init', array( 'Vitrine_Visitor', 'declare_cookies' ) );
		}
		if ( Vitrine_Options::get( 'recover_carts' ) && function_exists( 'woocommerce_register_additional_checkout_field' ) ) {
			add_action( 'init', array( 'Vitrine_Checkout', 'add_block_field' ), 20 );
		}
		if ( isset( $_GET[ self::CART ] ) ) { // phpcs:ignore WordPress.Security.NonceVerification.Recommended
			Vitrine_Recovery::hooks();
		}
	}

	/**
	 * Carts without an offer, which are nearly all, cost a look at their lines.
	 *
	 * @param WC_Cart $cart The cart.
	 */
	public static function grant( $cart ) {
		foreach ( $cart->cart_contents as $line ) {
			if ( ! empty( $line[ self::OFFER ] ) ) {
				Vitrine_Offers::grant( $cart );
				return;
			}
		}
		if ( class_exists( 'Vitrine_Offers', false ) ) {
			Vitrine_Offers::grant( $cart );             // The last one went in this request.
		}
	}

	/**
	 * Few carts have lost an offer.
	 */
	public static function say_what_ended() {
		if ( WC()->session && WC()->session->get( self::ENDED ) ) {
			Vitrine_Offers::say_what_ended();
		}
	}

	/**
	 * An empty cart has lost nothing.
	 */
	public static function forget_what_ended() {
		if ( WC()->session && WC()->session->get( self::ENDED ) ) {
			WC()->session->set( self::ENDED, null );
		}
	}
}

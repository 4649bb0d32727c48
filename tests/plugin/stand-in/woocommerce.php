<?php
/**
 * Plugin Name: WooCommerce (stand-in for tests)
 * Description: The functions, classes, hooks and addresses of WooCommerce that Vitrine's plugin and connector use, behaving as recordings of real shops do. Not a shop: no taxes, no shipping, one way to pay.
 * Version: 8.4.0
 * Author: Vitrine
 * Text Domain: woocommerce
 *
 * @package Vitrine\Tests
 */

namespace Automattic\WooCommerce\Utilities {
	/** Which features other plugins say they can live with. */
	class FeaturesUtil {
		public static $declared = array();

		public static function declare_compatibility( $feature, $file, $positive = true ) {
			if ( ! did_action( 'before_woocommerce_init' ) || did_action( 'woocommerce_init' ) ) {
				wc_doing_it_wrong( __METHOD__, 'FeaturesUtil::declare_compatibility was called outside the before_woocommerce_init action', '7.0' );
				return false;
			}
			self::$declared[ $feature ][ plugin_basename( $file ) ] = $positive;
			return true;
		}

		public static function feature_is_enabled( $feature ) {
			return 'custom_order_tables' === $feature;
		}
	}
	/** Where orders live. */
	class OrderUtil {
		public static function custom_orders_table_usage_is_enabled() {
			return true;
		}
	}
}

namespace {
	defined( 'ABSPATH' ) || exit;
	define( 'WC_PLUGIN_FILE', __FILE__ );
	define( 'WC_VERSION', '8.4.0' );
	define( 'WC_ABSPATH', __DIR__ . '/' );
	foreach ( array( 'functions', 'data', 'products', 'orders', 'session', 'coupons', 'cart', 'install', 'conditionals', 'pages', 'ajax', 'checkout', 'store-api', 'rest', 'rest-rows', 'webhooks', 'scheduler', 'emails', 'blocks' ) as $wc_part ) {
		require __DIR__ . "/includes/$wc_part.php";
	}

	/** The one object of the shop. */
	final class WooCommerce {
		public $version  = WC_VERSION;
		public $session  = null;
		public $cart     = null;
		public $customer = null;
		public $query    = null;
		private static $one = null;

		public static function instance() {
			if ( null === self::$one ) {
				self::$one = new self();
				self::$one->hooks();
			}
			return self::$one;
		}

		private function hooks() {
			register_activation_hook( __FILE__, array( 'WC_Install', 'install' ) );
			add_action( 'plugins_loaded', function () { do_action( 'woocommerce_loaded' ); }, -1 );
			add_action( 'init', array( $this, 'init' ), 0 );
			add_action( 'wp_loaded', array( $this, 'load_contents' ) );
		}

		public function init() {
			do_action( 'before_woocommerce_init' );
			WC_Pages::register();
			if ( $this->is_request( 'frontend' ) ) {
				wc_load_cart();
			}
			do_action( 'woocommerce_init' );
		}

		public function is_request( $type ) {
			$rest = 0 === strpos( $_SERVER['REQUEST_URI'] ?? '', '/' . rest_get_url_prefix() . '/' );
			return 'admin' === $type ? is_admin() : ( ! is_admin() || wp_doing_ajax() ) && ! wp_doing_cron() && ! $rest;
		}

		public function initialize_session() {
			if ( ! $this->session ) {
				$this->session = new WC_Session_Handler();
				$this->session->init();
			}
		}

		public function initialize_cart() {
			if ( ! $this->cart ) {
				$this->customer = new WC_Customer( get_current_user_id(), true );
				$this->cart     = new WC_Cart();
			}
		}

		public function load_contents() {
			if ( $this->cart ) {
				$this->cart->get_cart_from_session();
			}
		}

		public function mailer() {
			return WC_Emails::instance();
		}

		public function checkout() {
			return WC_Checkout::instance();
		}

		public function payment_gateways() {
			return new WC_Payment_Gateways();
		}

		public function plugin_url() {
			return untrailingslashit( plugins_url( '/', __FILE__ ) );
		}

		public function plugin_path() {
			return untrailingslashit( plugin_dir_path( __FILE__ ) );
		}

		public function is_rest_api_request() {
			return 0 === strpos( $_SERVER['REQUEST_URI'] ?? '', '/' . rest_get_url_prefix() . '/' );
		}

		public function api_request_url( $request ) {
			return add_query_arg( 'wc-api', $request, home_url( '/' ) );
		}
	}

	function WC() { // phpcs:ignore WordPress.NamingConventions.ValidFunctionName
		return WooCommerce::instance();
	}
	$GLOBALS['woocommerce'] = WC();
}

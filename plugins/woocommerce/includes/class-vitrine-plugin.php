<?php
/**
 * What the plugin is made of: which classes there are, when each begins, what is made on activation and removed with the plugin.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * The list of parts. A part is a class with `static function hooks()`; it adds its own hooks there and does nothing else.
 */
final class Vitrine_Plugin {

	/**
	 * Parts that are there in any shop with WooCommerce, connected or not.
	 */
	const ALWAYS = array(
		'Vitrine_Admin',
		'Vitrine_Shortcode',
		'Vitrine_Block',
		'Vitrine_Visitor',
		'Vitrine_Privacy',
	);

	/**
	 * Parts that only a connected shop has.
	 */
	const CONNECTED = array(
		'Vitrine_Page',
		'Vitrine_Placements',
		'Vitrine_Queue',
		'Vitrine_Carts',
		'Vitrine_Recovery',
		'Vitrine_Checkout',
		'Vitrine_Track',
		'Vitrine_Stock',
		'Vitrine_Offers',
		'Vitrine_Offer_Words',
		'Vitrine_Ajax',
		'Vitrine_Render',
		'Vitrine_Emails',
	);

	/**
	 * Classes with tables or jobs of their own: `static install()` makes them (again harmless), `static remove()` takes them away.
	 */
	const INSTALLED = array(
		'Vitrine_Connection',
		'Vitrine_Queue',
		'Vitrine_Carts',
		'Vitrine_Offer_Log',
	);

	/**
	 * Finds the file of a class: Vitrine_Rest_Key is includes/class-vitrine-rest-key.php.
	 *
	 * @param string $name Class.
	 */
	public static function load( $name ) {
		if ( 0 !== strpos( $name, 'Vitrine_' ) ) {
			return;
		}
		$file = VITRINE_DIR . 'includes/class-' . strtolower( str_replace( '_', '-', $name ) ) . '.php';
		if ( is_readable( $file ) ) {
			require_once $file;
		}
	}

	/**
	 * Begins, once all plugins are there.
	 */
	public static function boot() {
		add_action( 'init', array( __CLASS__, 'translate' ) );
		if ( ! class_exists( 'WooCommerce' ) ) {
			add_action( 'admin_notices', array( __CLASS__, 'say_what_is_missing' ) );
			return;
		}
		add_action( 'admin_init', array( __CLASS__, 'upgrade' ) );
		$parts = Vitrine_Options::is_connected() ? array_merge( self::ALWAYS, self::CONNECTED ) : self::ALWAYS;
		foreach ( $parts as $part ) {
			call_user_func( array( $part, 'hooks' ) );
		}
	}

	/**
	 * Texts in the site's language.
	 */
	public static function translate() {
		load_plugin_textdomain( 'vitrine', false, dirname( plugin_basename( VITRINE_FILE ) ) . '/languages' );
	}

	/**
	 * The one thing a site without WooCommerce sees of this plugin.
	 */
	public static function say_what_is_missing() {
		if ( ! current_user_can( 'activate_plugins' ) ) {
			return;
		}
		printf(
			'<div class="notice notice-warning"><p>%s</p></div>',
			esc_html__( 'Vitrine needs WooCommerce. Install and activate WooCommerce; until then Vitrine does nothing.', 'vitrine' )
		);
	}

	/**
	 * Orders in tables of their own, and cart and checkout made of blocks, are fine with us.
	 */
	public static function declare_compatible() {
		$features = 'Automattic\WooCommerce\Utilities\FeaturesUtil';
		if ( class_exists( $features ) ) {
			$features::declare_compatibility( 'custom_order_tables', VITRINE_FILE, true );
			$features::declare_compatibility( 'cart_checkout_blocks', VITRINE_FILE, true );
		}
	}

	/**
	 * On activation: tables, and the way to the setup page.
	 *
	 * @param bool $network_wide Whether for all sites of a network; the others follow when somebody opens their administration.
	 */
	public static function activate( $network_wide = false ) {
		self::install();
		if ( ! $network_wide ) {
			set_transient( 'vitrine_open_setup', 1, MINUTE_IN_SECONDS );
		}
	}

	/**
	 * On deactivation jobs stop; settings, tables and the connection stay for the day it is activated again.
	 */
	public static function deactivate() {
		self::forget_jobs();
	}

	/**
	 * Makes what is kept in the database, and notes for which version.
	 */
	public static function install() {
		foreach ( self::INSTALLED as $part ) {
			call_user_func( array( $part, 'install' ) );
		}
		Vitrine_Options::set( array( 'version' => VITRINE_VERSION ) );
	}

	/**
	 * After an update (which runs no activation) the database follows.
	 */
	public static function upgrade() {
		if ( VITRINE_VERSION !== Vitrine_Options::get( 'version' ) ) {
			self::install();
		}
	}

	/**
	 * Takes away all the plugin keeps on this site. What stands in orders (their meta) stays: it belongs to the shop's books.
	 */
	public static function remove() {
		self::forget_jobs();
		self::forget_past_jobs();
		foreach ( self::INSTALLED as $part ) {
			call_user_func( array( $part, 'remove' ) );
		}
		Vitrine_Options::delete_all();
	}

	/**
	 * Nothing of ours is done later any more. All actions are of the group `vitrine`, their hooks begin with `vitrine_`.
	 */
	private static function forget_jobs() {
		if ( function_exists( 'as_unschedule_all_actions' ) ) {
			as_unschedule_all_actions( '', array(), 'vitrine' );
		}
		wp_unschedule_hook( 'vitrine_send' );
		wp_unschedule_hook( 'vitrine_clean' );
	}

	/**
	 * What Action Scheduler remembers of jobs that are done. It would forget them itself in a month.
	 */
	private static function forget_past_jobs() {
		if ( ! class_exists( 'ActionScheduler_Store' ) || ! did_action( 'action_scheduler_init' ) ) {
			return;
		}
		$store = ActionScheduler_Store::instance();
		$those = array(
			'group'    => 'vitrine',
			'per_page' => 1000,
		);
		foreach ( $store->query_actions( $those ) as $id ) {
			$store->delete_action( $id );
		}
	}
}

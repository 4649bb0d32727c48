<?php
/**
 * The plugin as a whole: how it begins, what is made on activation and removed with the plugin.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Begins, installs, upgrades, goes. What it does meanwhile is in the table of Vitrine_Hooks.
 */
final class Vitrine_Plugin {

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
		add_filter( 'gettext_vitrine', array( __CLASS__, 'translate' ), 1, 2 );
		if ( ! class_exists( 'WooCommerce' ) ) {
			add_action( 'admin_notices', array( __CLASS__, 'say_what_is_missing' ) );
			return;
		}
		Vitrine_Hooks::add();
	}

	/**
	 * Filter gettext_vitrine: the first text that is asked for loads those of the site's language. Most pages of the shop ask for none.
	 *
	 * @param string $translation As it was.
	 * @param string $text        English.
	 * @return string
	 */
	public static function translate( $translation, $text ) {
		remove_filter( 'gettext_vitrine', array( __CLASS__, 'translate' ), 1 );
		$loaded = load_plugin_textdomain( 'vitrine', false, dirname( plugin_basename( VITRINE_FILE ) ) . '/languages' );
		return $loaded ? translate( $text, 'vitrine' ) : $translation; // phpcs:ignore WordPress.WP.I18n -- the text of the first call.
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
	 * Orders in tables of their own, and cart and checkout made of blocks, are fine with us. WooCommerce wants to know in its administration.
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

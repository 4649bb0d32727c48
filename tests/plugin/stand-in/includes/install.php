<?php
/** Tables, pages and roles on activation. */

class WC_Install {
	const TABLES = array(
		'wc_orders'                  => "id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, type varchar(20), status varchar(20), customer_id bigint unsigned, billing_email varchar(320), total_amount decimal(26,8), currency varchar(10), date_created_gmt datetime, date_updated_gmt datetime, data longtext, KEY email (billing_email(50)), KEY customer (customer_id), KEY made (date_created_gmt)",
		'wc_orders_meta'             => 'id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, order_id bigint unsigned, meta_key varchar(255), meta_value longtext, KEY order_id (order_id)',
		'woocommerce_sessions'       => 'session_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, session_key char(32) NOT NULL UNIQUE, session_value longtext NOT NULL, session_expiry bigint unsigned NOT NULL',
		'woocommerce_api_keys'       => 'key_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id bigint unsigned NOT NULL, description varchar(200) NULL, permissions varchar(10) NOT NULL, consumer_key char(64) NOT NULL, consumer_secret char(43) NOT NULL, nonces longtext NULL, truncated_key char(7) NOT NULL, last_access datetime NULL, KEY consumer_key (consumer_key)',
		'wc_webhooks'                => 'webhook_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, status varchar(20) NOT NULL, name text NOT NULL, user_id bigint unsigned NOT NULL, delivery_url text NOT NULL, secret text NOT NULL, topic varchar(200) NOT NULL, date_created_gmt datetime, date_modified_gmt datetime, failure_count smallint NOT NULL DEFAULT 0',
		'actionscheduler_actions'    => "action_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, hook varchar(191) NOT NULL, status varchar(20) NOT NULL, scheduled_date_gmt datetime, args varchar(8000), `group` varchar(255) NOT NULL DEFAULT '', every_s int NOT NULL DEFAULT 0, KEY hook (hook, status)",
	);
	const PAGES  = array( 'shop' => '', 'cart' => '[woocommerce_cart]', 'checkout' => '[woocommerce_checkout]', 'myaccount' => '[woocommerce_my_account]' );

	public static function install() {
		global $wpdb;
		foreach ( self::TABLES as $name => $columns ) {
			$wpdb->query( "CREATE TABLE IF NOT EXISTS {$wpdb->prefix}$name ($columns) AUTO_INCREMENT = 1001 " . $wpdb->get_charset_collate() );
		}
		$wpdb->query( "ALTER TABLE {$wpdb->prefix}wc_orders AUTO_INCREMENT = 5001" );     // as in a shop where posts and orders share one counter
		foreach ( self::PAGES as $slug => $content ) {
			if ( ! get_option( "woocommerce_{$slug}_page_id" ) ) {
				update_option( "woocommerce_{$slug}_page_id", wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_name' => 'myaccount' === $slug ? 'my-account' : $slug, 'post_title' => ucfirst( $slug ), 'post_content' => $content ) ) );
			}
		}
		add_role( 'customer', 'Customer', array( 'read' => true ) );
		add_role( 'shop_manager', 'Shop manager', array( 'read' => true, 'manage_woocommerce' => true, 'edit_products' => true, 'edit_shop_orders' => true ) );
		foreach ( array( 'manage_woocommerce', 'view_woocommerce_reports', 'edit_products', 'edit_shop_orders', 'edit_others_shop_orders' ) as $cap ) {
			get_role( 'administrator' )->add_cap( $cap );
		}
		update_option( 'woocommerce_db_version', WC_VERSION );
		WC_Pages::register();
		flush_rewrite_rules();
	}
}

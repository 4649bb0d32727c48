<?php
/** Settings of the WordPress under test; where it lies and where its database is come from the environment (shop.py). */
$site_root = getenv( 'SITE_ROOT' );
define( 'DB_NAME', 'shop' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:' . $site_root . '/db.sock' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
foreach ( array( 'AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT' ) as $site_key ) {
	define( $site_key, hash( 'sha256', $site_key . getenv( 'SITE_TOKEN' ) ) );
}
define( 'WP_HOME', getenv( 'SITE_URL' ) );
define( 'WP_SITEURL', getenv( 'SITE_URL' ) );
define( 'WP_CONTENT_DIR', $site_root . '/wp-content' );
define( 'WP_CONTENT_URL', WP_HOME . '/wp-content' );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', $site_root . '/errors.log' );
define( 'DISABLE_WP_CRON', true );          // tests say when the background runs
define( 'WP_HTTP_BLOCK_EXTERNAL', true );   // nothing leaves this machine
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1,localhost' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'FS_METHOD', 'direct' );
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';

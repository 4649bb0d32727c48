<?php
/**
 * Router of PHP's own web server: files as they are, scripts run, everything else to WordPress, and below /__site/ the harness's door.
 */


/** Answer the harness and end. */
function site_answer( $value ) {
	while ( ob_get_level() ) {
		ob_end_clean();
	}
	http_response_code( 200 );
	header( 'Content-Type: application/json' );
	echo json_encode( array( 'value' => $value ), JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR );
	exit;
}

/** The database without WordPress. */
function site_database( $name = '' ) {
	mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
	return new mysqli( 'localhost', 'root', '', $name, 0, getenv( 'SITE_ROOT' ) . '/db.sock' );
}

/** Copy every table of one database into another, which is made anew. */
function site_copy( $from, $to ) {
	$db = site_database();
	$db->query( "DROP DATABASE IF EXISTS `$to`" );
	$db->query( "CREATE DATABASE `$to`" );
	foreach ( $db->query( "SHOW TABLES FROM `$from`" )->fetch_all() as list( $table ) ) {
		$db->query( "CREATE TABLE `$to`.`$table` LIKE `$from`.`$table`" );
		$db->query( "INSERT INTO `$to`.`$table` SELECT * FROM `$from`.`$table`" );
	}
	return true;
}

/** Run code of a test inside WordPress. */
function site_run( $code, $as_owner ) {
	if ( $as_owner ) {
		define( 'WP_ADMIN', true );
	}
	$_SERVER['REQUEST_METHOD'] = 'GET';
	ob_start();
	require_once ABSPATH . 'wp-load.php';
	if ( $as_owner ) {
		require_once ABSPATH . 'wp-admin/includes/admin.php';
		defined( 'WP_INSTALLING' ) || wp_set_current_user( 1 );
	}
	return eval( $code ); // phpcs:ignore -- that is what it is for
}

$site_path = urldecode( parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) ?: '/' );
if ( preg_match( '~^/(wp-admin|__site)/~', $site_path ) ) {
	// wp-admin is reached by a link, and would take the folder that it leads to for its own
	define( 'ABSPATH', getenv( 'SITE_ROOT' ) . '/' );
}

if ( 0 === strpos( $site_path, '/__site/' ) ) {
	if ( ! hash_equals( (string) getenv( 'SITE_TOKEN' ), $_SERVER['HTTP_X_SITE_TOKEN'] ?? '' ) ) {
		http_response_code( 403 );
		exit;
	}
	$site_body = file_get_contents( 'php://input' );
	switch ( substr( $site_path, 8 ) ) {
		case 'ping':
			site_answer( 'pong' );
		case 'create':
			site_answer( site_database()->query( 'CREATE DATABASE shop' ) );
		case 'snapshot':
			site_answer( site_copy( 'shop', 'kept_' . $site_body ) );
		case 'restore':
			site_answer( site_copy( 'kept_' . $site_body, 'shop' ) );
		case 'php-installing':
			define( 'WP_INSTALLING', true );
			site_answer( site_run( $site_body, true ) );
		case 'php-admin':
			site_answer( site_run( $site_body, true ) );
		case 'php':
			site_answer( site_run( $site_body, false ) );
	}
	http_response_code( 404 );
	exit;
}

$site_file = getenv( 'SITE_ROOT' ) . $site_path;
if ( is_dir( $site_file ) && is_file( rtrim( $site_file, '/' ) . '/index.php' ) && '/' !== $site_path ) {
	$site_file = rtrim( $site_file, '/' ) . '/index.php';
	$site_path = rtrim( $site_path, '/' ) . '/index.php';
}
if ( is_file( $site_file ) && '.php' !== substr( $site_file, -4 ) ) {
	return false;
}
$site_script = is_file( $site_file ) ? $site_path : '/index.php';
$_SERVER['SCRIPT_NAME']     = $site_script;
$_SERVER['PHP_SELF']        = $site_script;
$_SERVER['SCRIPT_FILENAME'] = getenv( 'SITE_ROOT' ) . $site_script;
chdir( dirname( $_SERVER['SCRIPT_FILENAME'] ) );
require $_SERVER['SCRIPT_FILENAME'];

<?php
/**
 * For unit tests of the plugin: the few functions of WordPress that its pure parts call, and check( 'sentence', function ). No WordPress,
 * no database, no clock. Run one file: php tests/plugin/unit/offer_test.php
 *
 * @package Vitrine
 */

error_reporting( E_ALL );
define( 'ABSPATH', '/' );
define( 'DAY_IN_SECONDS', 86400 );
define( 'VITRINE_FILE', dirname( __DIR__, 3 ) . '/plugins/woocommerce/vitrine.php' );
define( 'VITRINE_DIR', dirname( VITRINE_FILE ) . '/' );
require VITRINE_DIR . 'includes/class-vitrine-plugin.php';
spl_autoload_register( array( 'Vitrine_Plugin', 'load' ) );
set_error_handler(
	function ( $level, $text, $file, $line ) {
		throw new ErrorException( $text, 0, $level, $file, $line );
	}
);

$GLOBALS['options'] = array();
function get_option( $name, $otherwise = false ) {
	return isset( $GLOBALS['options'][ $name ] ) ? $GLOBALS['options'][ $name ] : $otherwise;
}
function absint( $value ) {
	return abs( (int) $value );
}
function wp_json_encode( $value, $flags = 0 ) {
	return json_encode( $value, $flags );
}
function wc_stock_amount( $value ) {
	return (int) $value;
}
function wp_unslash( $value ) {
	return stripslashes( $value );
}
function sanitize_text_field( $text ) {
	return trim( strip_tags( $text ) );
}
function sanitize_key( $text ) {
	return preg_replace( '/[^a-z0-9_\-]/', '', strtolower( $text ) );
}
function is_email( $text ) {
	return preg_match( '/^[^@\s]+@[^@\s]+\.[^@\s]+$/', $text ) ? $text : false;
}
function esc_html( $text ) {
	return htmlspecialchars( $text, ENT_QUOTES );
}
function __( $text, $domain ) {
	return $text;
}

/** Words a test failed with. */
final class Failed extends Exception {}

function same( $expected, $got, $what = '' ) {
	if ( $expected !== $got ) {
		throw new Failed( trim( $what . ' expected ' . var_export( $expected, true ) . ', got ' . var_export( $got, true ) ) );
	}
}

/**
 * One test. Its name is a sentence; a word on the command line picks those that have it in their name.
 */
function check( $sentence, $body ) {
	$name = basename( $_SERVER['argv'][0], '_test.php' ) . ': ' . $sentence;
	if ( isset( $_SERVER['argv'][1] ) && false === strpos( $name, $_SERVER['argv'][1] ) ) {
		return;
	}
	try {
		$body();
		echo "ok - $name\n";
	} catch ( Throwable $why ) {
		$GLOBALS['failed'] = 1;
		echo "not ok - $name\n# ", str_replace( "\n", "\n# ", get_class( $why ) . ' ' . $why->getMessage() . ' at ' . $why->getFile() . ':' . $why->getLine() ), "\n";
	}
}
register_shutdown_function(
	function () {
		exit( isset( $GLOBALS['failed'] ) ? 1 : 0 );
	}
);

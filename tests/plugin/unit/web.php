<?php
/**
 * For unit tests of parts that ask the server or write HTML: WordPress's functions for that, with answers the test prepares in
 * $GLOBALS['answers'] (status, body, or null for none; taken in order, the last again) and questions it finds in $GLOBALS['asked'].
 * $GLOBALS['meanwhile'] is called while the server is asked.
 *
 * @package Vitrine
 */

require __DIR__ . '/lib.php';
define( 'MINUTE_IN_SECONDS', 60 );
define( 'VITRINE_VERSION', '0.0.0' );

$GLOBALS['answers']    = array();
$GLOBALS['asked']      = array();
$GLOBALS['transients'] = array();

class WP_Error {
	private $code, $message, $data;
	public function __construct( $code, $message, $data = null ) {
		list( $this->code, $this->message, $this->data ) = array( $code, $message, $data );
	}
	public function get_error_code() {
		return $this->code;
	}
	public function get_error_message() {
		return $this->message;
	}
	public function get_error_data() {
		return $this->data;
	}
}
function is_wp_error( $what ) {
	return $what instanceof WP_Error;
}
function wp_remote_request( $url, $arguments ) {
	$GLOBALS['asked'][] = array( 'url' => $url ) + $arguments;
	isset( $GLOBALS['meanwhile'] ) && $GLOBALS['meanwhile']();
	$answer             = count( $GLOBALS['answers'] ) > 1 ? array_shift( $GLOBALS['answers'] ) : reset( $GLOBALS['answers'] );
	return $answer ? $answer : new WP_Error( 'http', 'cURL error 7' );
}
function wp_remote_retrieve_response_code( $response ) {
	return $response[0];
}
function wp_remote_retrieve_body( $response ) {
	return $response[1];
}
function get_transient( $name ) {
	return isset( $GLOBALS['transients'][ $name ] ) ? $GLOBALS['transients'][ $name ] : false;
}
function set_transient( $name, $value ) {
	$GLOBALS['transients'][ $name ] = $value;
}
function delete_transient( $name ) {
	unset( $GLOBALS['transients'][ $name ] );
}
function update_option( $name, $value ) {
	$GLOBALS['options'][ $name ] = $value;
}
function untrailingslashit( $text ) {
	return rtrim( $text, '/' );
}
function _n( $one, $more, $n, $domain ) {
	return 1 === $n ? $one : $more;
}
function number_format_i18n( $n ) {
	return (string) $n;
}
function human_time_diff( $from, $to ) {
	return (int) ( ( $to - $from ) / 60 ) . ' mins';
}
function esc_html__( $text, $domain ) {
	return esc_html( $text );
}
function esc_attr( $text ) {
	return htmlspecialchars( $text, ENT_QUOTES );
}
function esc_url( $url ) {
	return preg_match( '~^https?://~i', $url ) ? htmlspecialchars( $url, ENT_QUOTES ) : '';
}
function wp_kses_post( $html ) {
	return $html;
}

/** The options of a connected shop, and a server that answers so. */
function connected( array $answers, array $more = array() ) {
	$GLOBALS['transients']         = array();
	$GLOBALS['options']            = array();
	$GLOBALS['asked']              = array();
	$GLOBALS['answers']            = $answers;
	$GLOBALS['options']['vitrine'] = $more + array(
		'server'        => 'https://vitrine.example',
		'store_id'      => 3,
		'public_key'    => 'vpk_1',
		'secret_key'    => 'vsk_1',
		'plugin_secret' => str_repeat( 'ab', 32 ),
	);
}

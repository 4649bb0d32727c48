<?php
require __DIR__ . '/lib.php';

/** What WP Consent API says; null: it is not there. */
$GLOBALS['consent'] = null;
function wp_has_consent( $category ) {
	return in_array( $category, $GLOBALS['consent'], true );
}
function wp_get_consent_type() {
	return null === $GLOBALS['consent'] ? false : 'optin';
}
function browser( array $cookies, array $headers = array(), array $options = array(), $consent = null ) {
	$_COOKIE            = $cookies;
	$_SERVER            = $headers + array( 'argv' => $_SERVER['argv'] );
	$GLOBALS['options'] = array( 'vitrine' => $options );
	$GLOBALS['consent'] = $consent;
}

check( 'a visitor is who his cookie says, if it is of our form', function () {
	$cases = array( 'abcdefgh' => 'abcdefgh', 'a-b_c1234567' => 'a-b_c1234567', 'short' => '', "abcdefgh\n" => 'abcdefgh', 'abc;defgh' => '', '<b>abcdefgh</b>x y' => '' );
	foreach ( $cases as $cookie => $id ) {
		browser( array( 'vitrine_visitor' => $cookie ) );
		same( $id, Vitrine_Visitor::id(), $cookie );
	}
	browser( array( 'vitrine_visitor' => array( 'abcdefgh' ) ) );
	same( '', Vitrine_Visitor::id() );
	browser( array( 'vitrine_visitor' => str_repeat( 'a', 65 ) ) );
	same( '', Vitrine_Visitor::id() );
} );

check( 'who takes his consent back has no name any more', function () {
	browser( array( 'vitrine_visitor' => 'abcdefgh' ), array(), array(), array() );
	same( array( '', 'none', false ), array( Vitrine_Visitor::id(), Vitrine_Visitor::consent(), Vitrine_Visitor::may_be_told() ) );
	browser( array( 'vitrine_visitor' => 'abcdefgh' ), array(), array(), array( 'statistics' ) );
	same( array( 'abcdefgh', 'statistics' ), array( Vitrine_Visitor::id(), Vitrine_Visitor::consent() ) );
	browser( array(), array(), array(), array( 'statistics', 'marketing' ) );
	same( 'all', Vitrine_Visitor::consent() );
} );

check( 'where consent is required nobody is told who did not agree', function () {
	browser( array(), array(), array( 'consent' => 'required' ) );
	same( false, Vitrine_Visitor::may_be_told() );
	browser( array( 'vitrine_visitor' => 'abcdefgh' ), array(), array( 'consent' => 'required' ) );
	same( true, Vitrine_Visitor::may_be_told() );
	browser( array(), array(), array( 'consent' => 'optional' ) );
	same( true, Vitrine_Visitor::may_be_told() );
} );

check( 'do not track is obeyed where the owner wants it', function () {
	foreach ( array( 'HTTP_DNT', 'HTTP_SEC_GPC' ) as $header ) {
		browser( array( 'vitrine_visitor' => 'abcdefgh' ), array( $header => '1' ), array( 'dnt' => true ) );
		same( '', Vitrine_Visitor::id(), $header );
		browser( array( 'vitrine_visitor' => 'abcdefgh' ), array( $header => '1' ) );
		same( 'abcdefgh', Vitrine_Visitor::id(), $header );
	}
} );

check( 'answers that led here are ids of ours, twenty at most', function () {
	browser( array( 'vitrine_visitor' => 'abcdefgh', 'vitrine_recs' => '01M7X627F76CCKFTKY01YWJA24.x.<b>.01M7X627F76CCKFTKY01YWJA25' ) );
	same( array( '01M7X627F76CCKFTKY01YWJA24', '01M7X627F76CCKFTKY01YWJA25' ), Vitrine_Visitor::recs() );
	browser( array( 'vitrine_visitor' => 'abcdefgh', 'vitrine_recs' => implode( '.', array_fill( 0, 50, 'abcdefgh1' ) ) ) );
	same( 20, count( Vitrine_Visitor::recs() ) );
	browser( array( 'vitrine_recs' => '01M7X627F76CCKFTKY01YWJA24' ) );
	same( array(), Vitrine_Visitor::recs(), 'without a visitor' );
} );

check( 'addresses are known by their hash', function () {
	same( hash( 'sha256', 'ana@example.com' ), Vitrine_Visitor::email_hash( ' Ana@Example.COM ' ) );
	same( '', Vitrine_Visitor::email_hash( 'nobody' ) );
	same( '', Vitrine_Visitor::email_hash( '' ) );
} );

check( 'robots are known by what they call themselves', function () {
	$cases = array( 'Mozilla/5.0 (compatible; Googlebot/2.1)' => true, '' => true, 'curl/8' => true, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' => false, 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/605.1' => false );
	foreach ( $cases as $agent => $is ) {
		browser( array(), array( 'HTTP_USER_AGENT' => $agent ) );
		same( $is, Vitrine_Visitor::is_robot(), $agent );
	}
} );

<?php
/**
 * How a page says the shop writes prices.
 *
 * @package Vitrine
 */

require __DIR__ . '/web.php';

$shop    = array();
$filters = array();
function apply_filters( $name, $value ) {
	return isset( $GLOBALS['filters'][ $name ] ) ? $GLOBALS['filters'][ $name ] : $value;
}
function get_woocommerce_price_format() {
	return $GLOBALS['shop']['format'];
}
function get_woocommerce_currency_symbol() {
	return $GLOBALS['shop']['symbol'];
}
function get_woocommerce_currency() {
	return 'RON';
}
function wc_get_price_thousand_separator() {
	return $GLOBALS['shop']['thousand'];
}
function wc_get_price_decimal_separator() {
	return $GLOBALS['shop']['decimal'];
}
function wc_get_price_decimals() {
	return 2;
}

/** What the page tells of a shop that differs from the usual one in some settings. */
function told( array $settings ) {
	$GLOBALS['shop'] = $settings + array( 'format' => '%1$s%2$s', 'symbol' => 'lei', 'thousand' => ',', 'decimal' => '.' );
	return Vitrine_Page::price();
}

check(
	'tells what stands before and behind a price, as characters',
	function () {
		$usual = array( 'currency' => 'RON', 'before' => 'lei', 'after' => '', 'thousand' => ',', 'decimal' => '.', 'digits' => 2 );
		$cases = array(
			array( array(), array() ),
			array( array( 'format' => '%2$s&nbsp;%1$s' ), array( 'before' => '', 'after' => "\u{a0}lei" ) ),
			array( array( 'format' => '%1$s&nbsp;%2$s', 'symbol' => '&euro;' ), array( 'before' => "\u{20ac}\u{a0}" ) ),
			array( array( 'format' => '%2$s%1$s', 'symbol' => '&#82;&#79;&#78;' ), array( 'before' => '', 'after' => 'RON' ) ),
			array( array( 'thousand' => '&nbsp;', 'decimal' => ',' ), array( 'thousand' => "\u{a0}", 'decimal' => ',' ) ),
			array( array( 'symbol' => '100%$s' ), array( 'before' => '100%$s' ) ),
		);
		foreach ( $cases as $case ) {
			same( array_replace( $usual, $case[1] ), told( $case[0] ) );
		}
	}
);

check(
	'tells nothing of a price that is markup',
	function () {
		foreach ( array( '<script>alert(1)</script>', '&lt;script&gt;', '<i class="riyal"></i>', "a\x01b" ) as $symbol ) {
			same( array(), told( array( 'symbol' => $symbol ) ) );
		}
		same( array(), told( array( 'format' => '%1$s' ) ) );
	}
);

check(
	'tells that zeros behind the point are left out',
	function () {
		$GLOBALS['filters'] = array( 'woocommerce_price_trim_zeros' => true );
		same( true, told( array() )['trim'] );
		$GLOBALS['filters'] = array();
		same( false, isset( told( array() )['trim'] ) );
	}
);

<?php
require __DIR__ . '/lib.php';

const SECRET = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const NOW    = 1795137073;

/** The token of tests/plugin/offer_test.c, made by another program. */
const CONTRACT = 'eyJ2IjoxLCJpZCI6IjAxS0FNQUhXS1cwMTIzNDU2Nzg5QUJDREVGIiwic3RvcmUiOjMsImtpbmQiOiJpbmNlbnRpdmUiLCJwcm9k'
	. 'dWN0cyI6WyIyMDEyIl0sInBlcmNlbnQiOjUsInZpc2l0b3IiOiJ2LTdmM2EiLCJyZWMiOiIwMUtBTUFIV0tXMDAwMDAwMDAwMDAw'
	. 'MDAwMCIsImV4cCI6MTc5NTE0NDI3M30.ghxWkl0KSbLzxcbWr8ChUNRRBXNq0cdv0h-CIYlz3FI';

function token( array $changes = array(), $secret = SECRET ) {
	$facts = $changes + array( 'v' => 1, 'id' => '01KAMAHWKW0123456789ABCDEF', 'store' => 3, 'kind' => 'bundle', 'products' => array( '1', '2' ), 'percent' => 4, 'visitor' => '', 'rec' => '', 'exp' => NOW + 60 );
	$text  = Vitrine_Offer::encode( json_encode( $facts ) );
	return $text . '.' . Vitrine_Offer::encode( hash_hmac( 'sha256', 'offer.' . $text, $secret, true ) );
}

function line( $token, $product, $variation = 0, $quantity = 1 ) {
	return array( 'offer' => Vitrine_Offer::read( $token, SECRET, 3 ), 'product_id' => $product, 'variation_id' => $variation, 'quantity' => $quantity );
}

check( 'the token of the contract is read', function () {
	same(
		array( 'id' => '01KAMAHWKW0123456789ABCDEF', 'kind' => 'incentive', 'products' => array( '2012' ), 'percent' => 5, 'visitor' => 'v-7f3a', 'rec' => '01KAMAHWKW0000000000000000', 'exp' => 1795144273 ),
		Vitrine_Offer::read( CONTRACT, SECRET, 3 )
	);
} );

check( 'a token changed in any letter is refused', function () {
	for ( $i = 0; $i < strlen( CONTRACT ) - 1; $i++ ) {                     // The last letter has two bits that say nothing.
		$forged = substr_replace( CONTRACT, 'A' === CONTRACT[ $i ] ? 'B' : 'A', $i, 1 );
		same( null, Vitrine_Offer::read( $forged, SECRET, 3 ), "letter $i" );
	}
	same( null, Vitrine_Offer::read( substr_replace( CONTRACT, 'J', -1 ), SECRET, 3 ) );
} );

check( 'what is no offer of this shop is refused', function () {
	$cases = array(
		'another store'  => token( array( 'store' => 4 ) ),
		'another secret' => token( array(), strrev( SECRET ) ),
		'version'        => token( array( 'v' => 2 ) ),
		'kind'           => token( array( 'kind' => 'gift' ) ),
		'percent 0'      => token( array( 'percent' => 0 ) ),
		'percent 91'     => token( array( 'percent' => 91 ) ),
		'percent text'   => token( array( 'percent' => '5' ) ),
		'half percents'  => token( array( 'percent' => 4.5 ) ),
		'no product'     => token( array( 'products' => array() ) ),
		'bundle of one'  => token( array( 'products' => array( '1' ) ) ),
		'one twice'      => token( array( 'products' => array( '1', '1' ) ) ),
		'numbers'        => token( array( 'products' => array( 1, 2 ) ) ),
		'nine products'  => token( array( 'products' => array( '1', '2', '3', '4', '5', '6', '7', '8', '9' ) ) ),
		'id'             => token( array( 'id' => "01KAMAHWKW0123456789ABCDE'" ) ),
		'id list'        => token( array( 'id' => array() ) ),
		'no end'         => token( array( 'exp' => null ) ),
		'nothing'        => '',
		'no signature'   => explode( '.', CONTRACT )[0],
		'three parts'    => CONTRACT . '.A',
		'too long'       => CONTRACT . str_repeat( 'A', 2000 ),
		'a list'         => array( CONTRACT ),
	);
	foreach ( $cases as $name => $token ) {
		same( null, Vitrine_Offer::read( $token, SECRET, 3 ), $name );
	}
	same( null, Vitrine_Offer::read( token( array(), '' ), '', 3 ), 'a shop without a secret' );
} );

check( 'an offer runs until its end, and not if it runs too long', function () {
	$cases = array( array( NOW - 1, false ), array( NOW, false ), array( NOW + 1, true ), array( NOW + 7200, true ), array( NOW + 7801, false ) );
	foreach ( $cases as $case ) {
		same( $case[1], Vitrine_Offer::runs( array( 'exp' => $case[0] ), NOW ), (string) ( $case[0] - NOW ) );
	}
} );

check( 'prices are those of the server', function () {
	$cases = array(                                                         // The first eight are of tests/schema/currency_test.c.
		array( 100.0, 4, 'RON', 96.0 ), array( 99.99, 4, 'RON', 95.99 ), array( 0.01, 4, 'RON', 0.01 ), array( 0.0, 4, 'RON', 0.0 ),
		array( 1001.0, 4, 'JPY', 961.0 ), array( 99.99, 5, 'CHF', 95.0 ), array( 1234.5, 5, 'HUF', 1173.0 ), array( 1.0, 5, 'HUF', 0.95 ),
		array( 100.0, 90, 'EUR', 10.0 ), array( 10.5, 5, 'EUR', 9.97 ), array( 20.9, 4, 'RON', 20.06 ), array( 1.001, 10, 'KWD', 0.901 ),
		array( 19.99, 15, 'XXX', 16.99 ),
	);
	foreach ( $cases as $case ) {
		same( $case[3], Vitrine_Offer::price( $case[0], $case[1], $case[2] ), "$case[0] -$case[1] % $case[2]" );
	}
} );

check( 'a price is never above the shop\'s and never below nothing', function () {
	foreach ( array( 'RON', 'JPY', 'CHF', 'HUF', 'KWD', 'VND' ) as $currency ) {
		for ( $i = 0; $i < 400; $i++ ) {
			$price = $i * 7.37 + $i / 1000;
			$less  = Vitrine_Offer::price( $price, 1 + $i % 90, $currency );
			same( true, $less >= 0 && $less <= $price + 0.5, "$price $currency" );
		}
	}
} );

check( 'a bundle holds while all of it is there', function () {
	$bundle = token();
	same( array( 'a' => 'granted', 'b' => 'granted' ), Vitrine_Offer::decide( array( 'a' => line( $bundle, 1 ), 'b' => line( $bundle, 2 ) ), array(), NOW, false ) );
	same( array( 'a' => 'incomplete' ), Vitrine_Offer::decide( array( 'a' => line( $bundle, 1 ) ), array(), NOW, false ) );
	same( array( 'a' => 'incomplete', 'b' => 'many' ), Vitrine_Offer::decide( array( 'a' => line( $bundle, 1 ), 'b' => line( $bundle, 2, 0, 2 ) ), array(), NOW, false ) );
	same( array( 'a' => 'granted', 'b' => 'granted' ), Vitrine_Offer::decide( array( 'a' => line( $bundle, 1, 11 ), 'b' => line( $bundle, 9, 2 ) ), array(), NOW, false ), 'variations' );
} );

check( 'a product has an offer once', function () {
	$one = token( array( 'kind' => 'incentive', 'products' => array( '1' ) ) );
	same( array( 'a' => 'granted', 'b' => 'invalid' ), Vitrine_Offer::decide( array( 'a' => line( $one, 1 ), 'b' => line( $one, 1, 11 ) ), array(), NOW, false ) );
	same( array( 'a' => 'invalid' ), Vitrine_Offer::decide( array( 'a' => line( $one, 3 ) ), array(), NOW, false ) );
	same( array( 'a' => 'invalid' ), Vitrine_Offer::decide( array( 'a' => line( 'forged', 1 ) ), array(), NOW, false ) );
} );

check( 'what ended or was used is lost for good', function () {
	$bundle = token();
	$lines  = array( 'a' => line( $bundle, 1 ), 'b' => line( $bundle, 2 ) );
	same( array( 'a' => 'ended', 'b' => 'ended' ), Vitrine_Offer::decide( $lines, array(), NOW + 60, false ) );
	same( array( 'a' => 'used', 'b' => 'used' ), Vitrine_Offer::decide( $lines, array( '01KAMAHWKW0123456789ABCDEF' ), NOW, false ) );
} );

check( 'coupons stand in the way of all offers', function () {
	$bundle = token();
	same( array( 'a' => 'coupon', 'b' => 'coupon' ), Vitrine_Offer::decide( array( 'a' => line( $bundle, 1 ), 'b' => line( $bundle, 2 ) ), array(), NOW, true ) );
} );

check( 'three offers fit into a cart', function () {
	$lines = array();
	for ( $i = 1; $i <= 4; $i++ ) {
		$lines[ "k$i" ] = line( token( array( 'id' => str_pad( (string) $i, 26, '0', STR_PAD_LEFT ), 'kind' => 'incentive', 'products' => array( (string) $i ) ) ), $i );
	}
	same( array( 'k1' => 'granted', 'k2' => 'granted', 'k3' => 'granted', 'k4' => 'many' ), Vitrine_Offer::decide( $lines, array(), NOW, false ) );
} );

<?php
/**
 * Lists drawn by the shop.
 *
 * @package Vitrine
 */

require __DIR__ . '/web.php';

// The page of product 22 of a shop in lei, as far as Vitrine_Render asks.
define( 'DONOTCACHEPAGE', true );
function determine_locale() {
	return 'ro_RO';
}
function wp_using_ext_object_cache() {
	return false;
}
function did_action() {
	return 1;
}
function is_404() {
	return false;
}
function is_search() {
	return false;
}
function is_wc_endpoint_url() {
	return false;
}
function is_cart() {
	return false;
}
function is_checkout() {
	return false;
}
function is_product() {
	return true;
}
function is_front_page() {
	return false;
}
function is_shop() {
	return false;
}
function is_product_taxonomy() {
	return false;
}
function get_queried_object_id() {
	return 22;
}
function WC() {
	return new stdClass();
}
function get_woocommerce_currency() {
	return 'RON';
}
function wc_price( $price ) {
	return number_format( $price, 2, ',', '.' ) . ' lei';
}
function wc_placeholder_img_src() {
	return 'https://shop.example/placeholder.png';
}
function home_url( $path = '' ) {
	return 'https://shop.example' . $path;
}
function add_query_arg( $members, $url ) {
	return $url . ( false === strpos( $url, '?' ) ? '?' : '&' ) . http_build_query( $members );
}

/** A new page of the shop, the server's configuration, and what it answers for the lists asked for together. */
function page( array $slots, array $answers ) {
	connected( array( array( 200, json_encode( array( 'lists' => $answers ) ) ) ) );
	$GLOBALS['transients']['vitrine_config_ro'] = array( 'placements' => $slots );
	foreach ( array( 'config' => null, 'standing' => array(), 'answers' => array() ) as $name => $as_new ) {
		$kept = new ReflectionProperty( 'Vitrine_Render', $name );
		$kept->setAccessible( true );
		$kept->setValue( null, $as_new );
	}
}

/** The configuration with one slot, and an answer with one product, either changed. */
function shop( array $slot = array(), array $item = array(), array $answer = array() ) {
	$slot   = $slot + array(
		'slot' => 'similar', 'placement' => 'similar', 'display' => 'inline', 'layout' => 'carousel', 'source' => 'all', 'n' => 8,
		'title' => 'Produse <asemănătoare>', 'show' => array( 'message' => true ), 'audience' => array( 'device' => 'any', 'visitor' => 'any' ),
		'schedule' => array( 'from' => null, 'until' => null ), 'experiment' => null,
	);
	$item   = $item + array(
		'product_id' => '23', 'name' => 'Ceainic', 'url' => 'https://shop.example/p/23', 'image' => '', 'price' => 30.9, 'price_text' => '30,90 lei',
		'currency' => 'RON', 'on_sale' => false, 'price_from' => false, 'regular_price' => 30.9, 'message' => 'Asemănător',
	);
	$answer = $answer + array( 'rec_id' => '01M80M3854V4MNZZ0T2EKFM37D', 'items' => array( $item ) );
	page( array( $slot ), array( $answer ) );
	return Vitrine_Render::slot( 'similar' );
}

check(
	'a list tells the widget its answer, places and products, and links tell the click',
	function () {
		$html = shop();
		foreach ( array( 'data-vitrine-slot="similar"', 'data-vitrine-rec="01M80M3854V4MNZZ0T2EKFM37D"', 'data-vitrine-product="23"', 'data-vitrine-position="1"', '?vitrine_rec=01M80M3854V4MNZZ0T2EKFM37D&amp;vitrine_position=1"', 'Produse &lt;asemănătoare&gt;', '30,90 lei' ) as $there ) {
			same( true, false !== strpos( $html, $there ), "$there in $html" );
		}
		$asked = json_decode( $GLOBALS['asked'][0]['body'], true );
		same( array( 'lists' => array( array( 'placement' => 'similar', 'n' => 8 ) ), 'locale' => 'ro', 'product_id' => '22' ), $asked );
	}
);

check(
	'lists of a page are asked for together, what the widget draws is kept free, and what comes later leaves them out',
	function () {
		$base = array( 'display' => 'inline', 'layout' => 'carousel', 'source' => 'all', 'n' => 8, 'title' => 'T', 'experiment' => null );
		$row  = function ( $slot, $placement, array $more = array() ) use ( $base ) {
			return $more + array( 'slot' => $slot, 'placement' => $placement ) + $base;
		};
		$item = function ( $id ) {
			return array( 'product_id' => $id, 'name' => $id, 'url' => "https://shop.example/p/$id", 'price' => 1, 'price_text' => '1 leu', 'currency' => 'RON' );
		};
		page(
			array(
				$row( 'also_viewed', 'also_bought' ), $row( 'similar', 'similar' ), $row( 'trending', 'home', array( 'source' => 'trending' ) ),
				$row( 'bought_together', 'product', array( 'layout' => 'bundle', 'source' => 'cross_sell', 'n' => 3 ) ),
				$row( 'upgrade', 'upsell', array( 'layout' => 'card', 'source' => 'upsell', 'n' => 1 ) ),
			),
			array(
				null, array( 'rec_id' => 'r1', 'items' => array( $item( '31' ) ) ), array( 'rec_id' => 'r2', 'items' => array( $item( '32' ), $item( '33' ) ) ),
				array( 'rec_id' => 'r3', 'items' => array( $item( '34' ) ) ),
			)
		);
		foreach ( array( 'upgrade' => array( 'r1', '31' ), 'also_viewed' => array( 'r2', '33' ), 'similar' => array( 'r3', '34' ) ) as $slot => $there ) {
			$html = Vitrine_Render::slot( $slot );
			same( array( true, true ), array( (bool) strpos( $html, "data-vitrine-rec=\"$there[0]\"" ), (bool) strpos( $html, "data-vitrine-product=\"$there[1]\"" ) ), $html );
		}
		same( 1, count( $GLOBALS['asked'] ) );
		$asked = json_decode( $GLOBALS['asked'][0]['body'], true );
		same(
			array(
				array( 'placement' => 'product', 'n' => 3, 'source' => 'cross_sell', 'bundle' => true, 'reserve' => true ),
				array( 'placement' => 'upsell', 'n' => 1, 'source' => 'upsell' ),
				array( 'placement' => 'also_bought', 'n' => 8 ), array( 'placement' => 'similar', 'n' => 8 ),
			),
			$asked['lists']
		);
		Vitrine_Render::slot( 'trending' );
		$asked = json_decode( end( $GLOBALS['asked'] )['body'], true );
		same( array( '31', '32', '33', '34' ), $asked['exclude'] );
	}
);

check(
	'whatever the catalogue holds is text',
	function () {
		$evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
		$html = shop( array(), array( 'name' => $evil, 'message' => $evil, 'product_id' => $evil, 'price_text' => $evil, 'currency' => 'EUR' ) );
		same( array( false, false ), array( strpos( $html, '<script' ), strpos( $html, '<img src=x' ) ), $html );
		same( true, false !== strpos( $html, '&lt;script&gt;' ) );
	}
);

check(
	'an address that is none of the web makes no card',
	function () {
		same( false, strpos( shop( array(), array( 'url' => 'javascript:alert(1)' ) ), '<li' ) );
	}
);

check(
	'an address of another kind makes no picture',
	function () {
		same( 1, preg_match( '~src="https://shop\.example/placeholder\.png"~', shop( array(), array( 'image' => 'data:image/svg+xml,<svg onload=alert(1)>' ) ) ) );
	}
);

check(
	'a sale shows what it was before',
	function () {
		same( 1, preg_match( '~<del>.*40,00 lei</del> <span>30,90 lei</span>~', shop( array(), array( 'on_sale' => true, 'regular_price' => 40 ) ) ) );
	}
);

check(
	'in another currency than the shop shows, the server\'s words stand',
	function () {
		same( 1, preg_match( '~>€ 6,10</span>~', shop( array(), array( 'currency' => 'EUR', 'price_text' => '€ 6,10', 'on_sale' => true, 'regular_price' => 40 ) ) ) );
	}
);

check(
	'a bundle is left to the widget',
	function () {
		same( '', shop( array( 'layout' => 'bundle' ) ) );
		same( array(), $GLOBALS['asked'] );
	}
);

check(
	'what only some visitors see is left to the widget',
	function () {
		same( '', shop( array( 'audience' => array( 'device' => 'phone', 'visitor' => 'any' ) ) ) );
	}
);

check(
	'an experiment is left to the widget',
	function () {
		same( '', shop( array( 'experiment' => array( 'id' => 1, 'displays' => array( 'popup' ) ) ) ) );
	}
);

check(
	'who is held out sees an empty slot',
	function () {
		same( '', shop( array(), array(), array( 'held_out' => true, 'items' => array() ) ) );
	}
);

check(
	'an answer that wants another display is left to the widget',
	function () {
		same( '', shop( array(), array(), array( 'display' => 'popup' ) ) );
	}
);

check(
	'all lists of a page wait 0.8 seconds together',
	function () {
		shop();
		$waited = new ReflectionProperty( 'Vitrine_Render', 'waited' );
		$waited->setAccessible( true );
		$waited->setValue( null, 0.5 );
		$GLOBALS['transients'] = array_diff_key( $GLOBALS['transients'], array_flip( preg_grep( '/answer/', array_keys( $GLOBALS['transients'] ) ) ) );
		Vitrine_Render::slot( 'similar' );
		same( true, abs( end( $GLOBALS['asked'] )['timeout'] - 0.3 ) < 0.01 );
		$asked = count( $GLOBALS['asked'] );
		$waited->setValue( null, 0.79 );
		$GLOBALS['transients'] = array( 'vitrine_config_ro' => $GLOBALS['transients']['vitrine_config_ro'] );
		same( '', Vitrine_Render::slot( 'similar' ) );
		same( $asked, count( $GLOBALS['asked'] ) );
	}
);

check(
	'while one page waits for the configuration the others do not',
	function () {
		shop();
		$kept = new ReflectionProperty( 'Vitrine_Render', 'config' );
		$kept->setAccessible( true );
		$waited = new ReflectionProperty( 'Vitrine_Render', 'waited' );
		$waited->setAccessible( true );
		$waited->setValue( null, 0.0 );
		$kept->setValue( null, null );
		$config               = $GLOBALS['transients']['vitrine_config_ro'];
		$GLOBALS['asked']      = array();
		$GLOBALS['transients'] = array();
		$GLOBALS['answers']    = array( array( 200, json_encode( $config ) ), null );
		$others                = null;
		$GLOBALS['meanwhile']  = static function () use ( &$others, $kept ) {
			unset( $GLOBALS['meanwhile'] );
			$others = Vitrine_Render::slot( 'similar' );
			$kept->setValue( null, null );                      // That was another request.
		};
		Vitrine_Render::slot( 'similar' );
		same( array( '', 2 ), array( $others, count( $GLOBALS['asked'] ) ) );
		same( $config, $GLOBALS['transients']['vitrine_config_ro'] );
	}
);

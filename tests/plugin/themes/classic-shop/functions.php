<?php
add_action( 'after_setup_theme', function () {
	add_theme_support( 'woocommerce' );
	add_theme_support( 'title-tag' );
	add_theme_support( 'html5', array( 'script', 'style' ) );
} );
// the counter in the page follows the cart, as themes have it
function classic_shop_counter() {
	return '<span class="count">' . (int) ( WC()->cart ? WC()->cart->get_cart_contents_count() : 0 ) . '</span>';
}
add_filter( 'woocommerce_add_to_cart_fragments', function ( $fragments ) {
	return array( '.cart-contents .count' => classic_shop_counter() ) + $fragments;
} );
add_action( 'wp_footer', function () {
	echo function_exists( 'WC' ) ? '<div class="cart-contents">Cart: ' . classic_shop_counter() . '</div>' : ''; // phpcs:ignore
}, 1 );

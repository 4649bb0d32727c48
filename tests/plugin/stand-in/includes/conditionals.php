<?php
/** What page this is. */

function is_shop() {
	return is_post_type_archive( 'product' ) || is_page( wc_get_page_id( 'shop' ) );
}

function is_product() {
	return is_singular( 'product' );
}

function is_product_category( $term = '' ) {
	return is_tax( 'product_cat', $term );
}

function is_product_tag( $term = '' ) {
	return is_tax( 'product_tag', $term );
}

function is_product_taxonomy() {
	return is_tax( get_object_taxonomies( 'product' ) );
}

function is_woocommerce() {
	return apply_filters( 'is_woocommerce', is_shop() || is_product_taxonomy() || is_product() );
}

function is_cart() {
	return is_page( wc_get_page_id( 'cart' ) ) || defined( 'WOOCOMMERCE_CART' );
}

function is_checkout() {
	return is_page( wc_get_page_id( 'checkout' ) ) || apply_filters( 'woocommerce_is_checkout', false ) || defined( 'WOOCOMMERCE_CHECKOUT' );
}

function is_account_page() {
	return is_page( wc_get_page_id( 'myaccount' ) );
}

function is_wc_endpoint_url( $endpoint = false ) {
	global $wp;
	$all = array( 'order-received', 'view-order', 'order-pay' );
	return (bool) array_intersect( false === $endpoint ? $all : array( $endpoint ), array_keys( $wp->query_vars ) );
}

function is_order_received_page() {
	return is_page( wc_get_page_id( 'checkout' ) ) && is_wc_endpoint_url( 'order-received' );
}

function is_checkout_pay_page() {
	return is_checkout() && is_wc_endpoint_url( 'order-pay' );
}

function is_ajax() {
	return wp_doing_ajax();
}

<?php
/**
 * Fills the shop by WooCommerce's own functions, so that the stand-in and a real WooCommerce get the same one: 24 products in 4 categories,
 * every sixth with variations, customers, and orders in which certain products go together. The same on every run.
 */
$names = array( 'Ceai verde', 'Ceainic din fontă', 'Cană cu flori', 'Sită de ceai', 'Miere de salcâm', 'Linguriță de lemn' );
$groups = array( 'Ceaiuri', 'Cafea', 'Grădină', 'Cărți' );
foreach ( array( 'woocommerce_currency' => 'RON', 'woocommerce_price_num_decimals' => '2', 'woocommerce_currency_pos' => 'left', 'woocommerce_price_thousand_sep' => ',', 'woocommerce_price_decimal_sep' => '.',
	'woocommerce_ship_to_countries' => 'disabled', 'woocommerce_default_country' => 'RO:B',
	'woocommerce_enable_guest_checkout' => 'yes', 'woocommerce_cod_settings' => array( 'enabled' => 'yes', 'title' => 'Ramburs', 'enable_for_virtual' => 'yes' ), 'woocommerce_enable_coupons' => 'yes',
	'woocommerce_coming_soon' => 'no', 'woocommerce_manage_stock' => 'yes' ) as $name => $value ) {
	update_option( $name, $value );
}
delete_transient( '_wc_activation_redirect' );     // to the setup of a real WooCommerce, which takes the owner from his page
update_option( 'woocommerce_onboarding_profile', array( 'skipped' => true ) );
// newer WooCommerces begin with the blocks; tests of block themes put those in themselves
foreach ( array( 'cart', 'checkout' ) as $name ) {
	update_option( "site_page_$name", get_post( wc_get_page_id( $name ) )->post_content );
	wp_update_post( array( 'ID' => wc_get_page_id( $name ), 'post_content' => "[woocommerce_$name]" ) );
}
$categories = array();
foreach ( $groups as $name ) {
	$term         = wp_insert_term( $name, 'product_cat' );
	$categories[] = $term['term_id'];
}
$products = array();
foreach ( $groups as $g => $group ) {
	foreach ( $names as $n => $name ) {
		$variable = 5 === $n;
		$product  = $variable ? new WC_Product_Variable() : new WC_Product_Simple();
		$product->set_name( $name . ' ' . ( $g + 1 ) );
		$product->set_sku( "P-$g-$n" );
		$product->set_status( 'publish' );
		$product->set_category_ids( array( $categories[ $g ] ) );
		$product->set_description( "Un produs din grupa $group." );
		if ( $variable ) {
			$attribute = new WC_Product_Attribute();
			$attribute->set_name( 'Mărime' );
			$attribute->set_options( array( 'Mică', 'Medie', 'Mare' ) );
			$attribute->set_visible( true );
			$attribute->set_variation( true );
			$product->set_attributes( array( $attribute ) );
		} else {
			$product->set_regular_price( (string) ( 20 + 7 * $n + 3 * $g ) . '.90' );
			if ( 3 === $n ) {
				$product->set_sale_price( (string) ( 15 + 7 * $n + 3 * $g ) . '.50' );
			}
			$product->set_manage_stock( true );
			$product->set_stock_quantity( 50 + $n );
		}
		$product->save();
		$products[] = $product;
		if ( $variable ) {
			foreach ( array( 'Mică' => '10.00', 'Medie' => '12.50', 'Mare' => '15.00' ) as $size => $price ) {
				$variation = new WC_Product_Variation();
				$variation->set_parent_id( $product->get_id() );
				$variation->set_attributes( array( sanitize_title( 'Mărime' ) => $size ) );
				$variation->set_regular_price( $price );
				$variation->set_status( 'publish' );
				$variation->save();
			}
			WC_Product_Variable::sync( $product->get_id() );
		}
	}
}
$people = array();
for ( $i = 0; $i < 12; $i++ ) {
	$id       = wp_insert_user( array( 'user_login' => "client$i", 'user_email' => "client$i@shop.example", 'user_pass' => 'client', 'role' => 'customer', 'first_name' => "Ana$i", 'last_name' => 'Pop' ) );
	$people[] = $id;
}
// product n of a group is bought with product n+1 of it (n even), and anything with anything now and then
for ( $i = 0; $i < 90; $i++ ) {
	$g     = $i % 4;
	$n     = 2 * ( intdiv( $i, 4 ) % 2 );
	$order = wc_create_order( array( 'customer_id' => $i % 5 ? $people[ ( $i * 7 ) % 12 ] : 0, 'status' => 'pending' ) );
	$order->add_product( $products[ 6 * $g + $n ], 1 );
	$i % 9 ? $order->add_product( $products[ 6 * $g + $n + 1 ], 1 ) : $order->add_product( $products[ 6 * ( $i % 3 ) + 4 ], 1 );
	$order->set_billing_email( $i % 5 ? 'client' . ( ( $i * 7 ) % 12 ) . '@shop.example' : "oaspete$i@shop.example" );
	$order->set_billing_first_name( 'Ana' );
	$order->calculate_totals();
	$order->set_date_created( time() - 86400 * ( 95 - $i ) );
	$order->set_status( 'completed' );
	$order->save();
}
$coupon = new WC_Coupon();
$coupon->set_code( 'vara10' );
$coupon->set_discount_type( 'percent' );
$coupon->set_amount( '10' );
$coupon->save();
return count( $products );

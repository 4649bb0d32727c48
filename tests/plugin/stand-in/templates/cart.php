<?php
/** The cart of a classic theme, with WooCommerce's hooks and filters in their order. */
do_action( 'woocommerce_before_cart' );
wc_print_notices();
?>
<form class="woocommerce-cart-form" action="<?php echo esc_url( wc_get_cart_url() ); ?>" method="post">
	<?php do_action( 'woocommerce_before_cart_table' ); ?>
	<table class="shop_table cart"><tbody>
	<?php
	foreach ( WC()->cart->get_cart() as $cart_item_key => $cart_item ) :
		$product = apply_filters( 'woocommerce_cart_item_product', $cart_item['data'], $cart_item, $cart_item_key );
		if ( ! apply_filters( 'woocommerce_cart_item_visible', true, $cart_item, $cart_item_key ) ) {
			continue;
		}
		?>
		<tr class="woocommerce-cart-form__cart-item <?php echo esc_attr( apply_filters( 'woocommerce_cart_item_class', 'cart_item', $cart_item, $cart_item_key ) ); ?>" data-product="<?php echo (int) $cart_item['product_id']; ?>">
			<td class="product-remove"><a href="<?php echo esc_url( wp_nonce_url( add_query_arg( 'remove_item', $cart_item_key, wc_get_cart_url() ), 'woocommerce-cart' ) ); ?>" class="remove">&times;</a></td>
			<td class="product-name"><?php echo wp_kses_post( apply_filters( 'woocommerce_cart_item_name', esc_html( $product->get_name() ), $cart_item, $cart_item_key ) ); ?><?php echo wc_get_formatted_cart_item_data( $cart_item ); // phpcs:ignore ?></td>
			<td class="product-price"><?php echo apply_filters( 'woocommerce_cart_item_price', WC()->cart->get_product_price( $product ), $cart_item, $cart_item_key ); // phpcs:ignore ?></td>
			<td class="product-quantity"><?php echo apply_filters( 'woocommerce_cart_item_quantity', '<input type="number" name="cart[' . esc_attr( $cart_item_key ) . '][qty]" value="' . esc_attr( $cart_item['quantity'] ) . '">', $cart_item_key, $cart_item ); // phpcs:ignore ?></td>
			<td class="product-subtotal"><?php echo apply_filters( 'woocommerce_cart_item_subtotal', WC()->cart->get_product_subtotal( $product, $cart_item['quantity'] ), $cart_item, $cart_item_key ); // phpcs:ignore ?></td>
		</tr>
	<?php endforeach; ?>
	</tbody></table>
	<?php do_action( 'woocommerce_cart_contents' ); ?>
	<input type="text" name="coupon_code" value=""><button type="submit" name="apply_coupon" value="1">Apply coupon</button>
	<button type="submit" name="update_cart" value="1">Update cart</button>
	<?php wp_nonce_field( 'woocommerce-cart', 'woocommerce-cart-nonce' ); ?>
	<?php do_action( 'woocommerce_after_cart_table' ); ?>
</form>
<?php do_action( 'woocommerce_before_cart_collaterals' ); ?>
<div class="cart-collaterals">
	<?php foreach ( WC()->cart->get_fees() as $fee ) : ?>
		<p class="fee"><?php echo esc_html( $fee->name ); ?>: <?php echo wc_price( $fee->total ); // phpcs:ignore ?></p>
	<?php endforeach; ?>
	<?php do_action( 'woocommerce_cart_collaterals' ); ?>
	<p class="order-total"><?php echo WC()->cart->get_total(); // phpcs:ignore ?></p>
	<a class="checkout-button" href="<?php echo esc_url( wc_get_checkout_url() ); ?>">Proceed to checkout</a>
</div>
<?php
do_action( 'woocommerce_after_cart' );

<?php
/** The checkout of a classic theme. */
do_action( 'woocommerce_before_checkout_form', WC()->checkout() );
?>
<form name="checkout" method="post" class="checkout woocommerce-checkout" action="<?php echo esc_url( wc_get_checkout_url() ); ?>">
	<?php do_action( 'woocommerce_checkout_before_customer_details' ); ?>
	<?php do_action( 'woocommerce_before_checkout_billing_form', WC()->checkout() ); ?>
	<?php foreach ( WC()->checkout()->get_checkout_fields( 'billing' ) as $key => $field ) : ?>
		<?php woocommerce_form_field( $key, $field, WC()->checkout()->get_value( $key ) ); ?>
	<?php endforeach; ?>
	<?php do_action( 'woocommerce_after_checkout_billing_form', WC()->checkout() ); ?>
	<?php do_action( 'woocommerce_after_order_notes', WC()->checkout() ); ?>
	<?php do_action( 'woocommerce_checkout_after_customer_details' ); ?>
	<table class="woocommerce-checkout-review-order-table">
	<?php foreach ( WC()->cart->get_cart() as $key => $values ) : ?>
		<tr><td><?php echo esc_html( $values['data']->get_name() ); ?><?php echo wc_get_formatted_cart_item_data( $values ); // phpcs:ignore ?></td><td><?php echo WC()->cart->get_product_subtotal( $values['data'], $values['quantity'] ); // phpcs:ignore ?></td></tr>
	<?php endforeach; ?>
	<tr class="order-total"><td></td><td><?php echo WC()->cart->get_total(); // phpcs:ignore ?></td></tr></table>
	<?php do_action( 'woocommerce_review_order_before_submit' ); ?>
	<input type="hidden" name="payment_method" value="cod">
	<?php wp_nonce_field( 'woocommerce-process_checkout', 'woocommerce-process-checkout-nonce' ); ?>
	<button type="submit" name="woocommerce_checkout_place_order" id="place_order" value="1">Place order</button>
	<?php do_action( 'woocommerce_review_order_after_submit' ); ?>
</form>
<?php
do_action( 'woocommerce_after_checkout_form', WC()->checkout() );

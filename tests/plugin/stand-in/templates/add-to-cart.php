<?php
/** The form of a product: with a choice where there is one. */
if ( ! $product->is_in_stock() ) {
	echo '<p class="stock out-of-stock">Out of stock</p>';
	return;
}
?>
<form class="cart <?php echo $product->is_type( 'variable' ) ? 'variations_form' : ''; ?>" action="<?php echo esc_url( get_permalink() ); ?>" method="post" enctype="multipart/form-data">
	<?php do_action( 'woocommerce_before_add_to_cart_button' ); ?>
	<?php if ( $product->is_type( 'variable' ) ) : ?>
		<select name="variation_id">
			<?php foreach ( $product->get_available_variations() as $one ) : ?>
				<option value="<?php echo (int) $one['variation_id']; ?>"><?php echo esc_html( implode( ', ', $one['attributes'] ) ); ?></option>
			<?php endforeach; ?>
		</select>
	<?php endif; ?>
	<input type="number" class="input-text qty text" name="quantity" value="1" min="1">
	<button type="submit" name="add-to-cart" value="<?php echo (int) $product->get_id(); ?>" class="single_add_to_cart_button button alt">Add to cart</button>
	<?php do_action( 'woocommerce_after_add_to_cart_button' ); ?>
</form>

<?php
/** Blocks that templates of block themes are made of; each draws what the classic part draws. The cart's and the checkout's fill themselves by the Store API. */

add_action(
	'init',
	function () {
		$blocks = array(
			'legacy-template'              => 'stand_in_legacy_template',
			'product-details'              => function () { return '<div class="wp-block-woocommerce-product-details">' . wp_kses_post( get_the_content() ) . '</div>'; },
			'product-price'                => function () { return ( $GLOBALS['product'] ?? null ) ? '<p class="price">' . $GLOBALS['product']->get_price_html() . '</p>' : ''; },
			'add-to-cart-form'             => function () { return stand_in_drawn( 'woocommerce_template_single_add_to_cart' ); },
			'cart'                         => function () { return '<div class="wp-block-woocommerce-cart alignwide is-loading" data-block-name="woocommerce/cart"></div>'; },
			'checkout'                     => function () { return is_order_received_page() ? stand_in_drawn( array( 'WC_Pages', 'thank_you' ), absint( get_query_var( 'order-received' ) ) ) : '<div class="wp-block-woocommerce-checkout alignwide is-loading" data-block-name="woocommerce/checkout"></div>'; },
			'mini-cart'                    => function () { return '<div class="wp-block-woocommerce-mini-cart"><span class="wc-block-mini-cart__badge">' . (int) WC()->cart->get_cart_contents_count() . '</span></div>'; },
			'product-collection'           => function () { return stand_in_drawn( 'woocommerce_list' ); },
			'product-collection-no-results' => function () { return have_posts() ? '' : '<p>No products.</p>'; },
			'order-confirmation-status'    => function () { return '<div class="wc-block-order-confirmation-status">' . stand_in_drawn( array( 'WC_Pages', 'thank_you' ), absint( get_query_var( 'order-received' ) ) ) . '</div>'; },
			'order-confirmation-additional-information' => function () { return '<div class="wc-block-order-confirmation-additional-information"></div>'; },
		);
		foreach ( $blocks as $name => $draw ) {
			register_block_type( "woocommerce/$name", array( 'api_version' => 2, 'render_callback' => $draw, 'attributes' => array( 'template' => array( 'type' => 'string' ) ) ) );
		}
	}
);
add_action(
	'wp_enqueue_scripts',
	function () {
		wp_enqueue_script( 'stand-in-blocks', WC()->plugin_url() . '/assets/blocks.js', array(), WC_VERSION, true );
		wp_localize_script( 'stand-in-blocks', 'wcStoreApi', array( 'root' => rest_url( 'wc/store/v1/' ), 'nonce' => wp_create_nonce( 'wc_store_api' ) ) );
	}
);

/** What a function prints. */
function stand_in_drawn( $print, ...$arguments ) {
	ob_start();
	$print( ...$arguments );
	return ob_get_clean();
}

/** The classic template inside a block theme, as WooCommerce's block of that name draws it: with the classic hooks. */
function stand_in_legacy_template( $attributes ) {
	return stand_in_drawn(
		function () use ( $attributes ) {
			do_action( 'woocommerce_before_main_content' );
			'single-product' === ( $attributes['template'] ?? '' ) ? woocommerce_single() : woocommerce_list();
			do_action( 'woocommerce_after_main_content' );
		}
	);
}

add_action(
	'template_redirect',
	function () {
		if ( is_singular( 'product' ) ) {
			$GLOBALS['product'] = wc_get_product( get_queried_object_id() );
		}
	}
);

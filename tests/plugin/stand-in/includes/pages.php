<?php
/** Post types, templates with WooCommerce's hooks in their order, shortcodes, scripts. */

class WC_Pages {

	public static function register() {
		$shop = wc_get_page_id( 'shop' );
		register_post_type( 'product', array( 'labels' => array( 'name' => 'Products' ), 'public' => true, 'has_archive' => $shop > 0 ? urldecode( get_page_uri( $shop ) ) : 'shop', 'rewrite' => array( 'slug' => 'product', 'with_front' => false ), 'supports' => array( 'title', 'editor', 'excerpt', 'thumbnail', 'comments' ), 'show_in_rest' => true ) );
		register_post_type( 'product_variation', array( 'public' => false, 'hierarchical' => false, 'rewrite' => false, 'query_var' => false ) );
		register_post_type( 'shop_coupon', array( 'public' => false, 'rewrite' => false ) );
		register_taxonomy( 'product_cat', array( 'product' ), array( 'hierarchical' => true, 'public' => true, 'rewrite' => array( 'slug' => 'product-category', 'with_front' => false, 'hierarchical' => true ) ) );
		register_taxonomy( 'product_tag', array( 'product' ), array( 'public' => true, 'rewrite' => array( 'slug' => 'product-tag', 'with_front' => false ) ) );
		add_rewrite_endpoint( 'order-received', EP_ROOT | EP_PAGES );
		add_rewrite_endpoint( 'view-order', EP_ROOT | EP_PAGES );
	}

	public static function hooks() {
		add_action( 'pre_get_posts', array( __CLASS__, 'list_products' ) );
		add_filter( 'template_include', array( __CLASS__, 'template' ) );
		add_filter( 'body_class', array( __CLASS__, 'body_class' ) );
		add_action( 'wp_enqueue_scripts', array( __CLASS__, 'scripts' ) );
		add_action( 'the_post', array( __CLASS__, 'set_product' ) );
		add_action( 'template_redirect', array( __CLASS__, 'redirect' ) );
		add_shortcode( 'woocommerce_cart', array( __CLASS__, 'cart' ) );
		add_shortcode( 'woocommerce_checkout', array( __CLASS__, 'checkout' ) );
		add_shortcode( 'woocommerce_my_account', '__return_empty_string' );
		add_action( 'woocommerce_before_main_content', function () { echo '<div id="primary" class="content-area"><main id="main" class="site-main" role="main">'; }, 10 );
		add_action( 'woocommerce_after_main_content', function () { echo '</main></div>'; }, 10 );
		add_action( 'woocommerce_single_product_summary', array( __CLASS__, 'summary' ), 10 );
		add_action( 'woocommerce_single_product_summary', 'woocommerce_template_single_add_to_cart', 30 );
		add_action( 'woocommerce_after_single_product_summary', function () { echo '<div class="woocommerce-tabs">' . wp_kses_post( get_the_content() ) . '</div>'; }, 10 );
		add_action( 'woocommerce_after_shop_loop_item', 'woocommerce_template_loop_add_to_cart', 10 );
	}

	/** The page chosen as the shop lists products; so does every list of a product taxonomy. */
	public static function list_products( $query ) {
		if ( ! $query->is_main_query() || is_admin() ) {
			return;
		}
		if ( $query->is_page() && (int) ( $query->queried_object_id ?? $query->get( 'page_id' ) ) === wc_get_page_id( 'shop' ) && 'page' === get_option( 'show_on_front' ) ) {
			$query->set( 'post_type', 'product' );
			$query->set( 'page_id', '' );
			list( $query->is_page, $query->is_singular, $query->is_post_type_archive, $query->is_archive ) = array( false, false, true, true );
		}
		if ( $query->is_post_type_archive( 'product' ) || $query->is_tax( array( 'product_cat', 'product_tag' ) ) ) {
			$query->set( 'posts_per_page', 16 );
		}
	}

	public static function template( $template ) {
		if ( is_embed() || ( function_exists( 'wp_is_block_theme' ) && wp_is_block_theme() ) ) {
			return $template;
		}
		$name = is_singular( 'product' ) ? 'single-product' : ( is_product_taxonomy() || is_post_type_archive( 'product' ) || is_page( wc_get_page_id( 'shop' ) ) ? 'archive-product' : '' );
		if ( ! $name ) {
			return $template;
		}
		return locate_template( array( "woocommerce/$name.php", 'woocommerce.php' ) ) ?: WC_ABSPATH . "templates/$name.php";
	}

	public static function body_class( $classes ) {
		foreach ( array( 'woocommerce woocommerce-page' => is_woocommerce(), 'woocommerce-cart woocommerce-page' => is_cart(), 'woocommerce-checkout woocommerce-page' => is_checkout(), 'woocommerce-order-received' => is_order_received_page() ) as $names => $yes ) {
			$classes = $yes ? array_merge( $classes, explode( ' ', $names ) ) : $classes;
		}
		return array_unique( $classes );
	}

	public static function scripts() {
		wp_enqueue_script( 'wc-add-to-cart', WC()->plugin_url() . '/assets/shop.js', array( 'jquery' ), WC_VERSION, true );
		wp_localize_script( 'wc-add-to-cart', 'wc_add_to_cart_params', array( 'ajax_url' => admin_url( 'admin-ajax.php', 'relative' ), 'wc_ajax_url' => WC_AJAX::get_endpoint( '%%endpoint%%' ), 'cart_url' => wc_get_cart_url(), 'is_cart' => is_cart() ) );
	}

	public static function set_product( $post ) {
		if ( 'product' === $post->post_type ) {
			$GLOBALS['product'] = wc_get_product( $post );
		}
	}

	public static function redirect() {
		if ( is_checkout() && ! is_order_received_page() && WC()->cart->is_empty() && ! WC()->cart->get_cart() && ! has_block( 'woocommerce/checkout' ) && apply_filters( 'woocommerce_checkout_redirect_empty_cart', true ) ) {
			wp_safe_redirect( wc_get_cart_url() );
			exit;
		}
		if ( is_cart() || is_checkout() ) {
			nocache_headers();
		}
	}

	public static function summary() {
		global $product;
		echo '<h1 class="product_title entry-title">' . esc_html( get_the_title() ) . '</h1><p class="price">' . $product->get_price_html() . '</p>'; // phpcs:ignore
	}

	public static function cart() {
		ob_start();
		do_action( 'woocommerce_check_cart_items' );
		WC()->cart->calculate_totals();
		echo '<div class="woocommerce">';
		if ( WC()->cart->is_empty() ) {
			wc_print_notices();
			do_action( 'woocommerce_cart_is_empty' );
			echo '<p class="return-to-shop"><a href="' . esc_url( wc_get_page_permalink( 'shop' ) ) . '">Return to shop</a></p>';
		} else {
			require WC_ABSPATH . 'templates/cart.php';
		}
		echo '</div>';
		return ob_get_clean();
	}

	public static function checkout() {
		global $wp;
		ob_start();
		echo '<div class="woocommerce">';
		if ( isset( $wp->query_vars['order-received'] ) ) {
			self::thank_you( absint( $wp->query_vars['order-received'] ) );
		} else {
			do_action( 'woocommerce_check_cart_items' );
			WC()->cart->calculate_totals();
			wc_print_notices();
			require WC_ABSPATH . 'templates/checkout.php';
		}
		echo '</div>';
		return ob_get_clean();
	}

	public static function thank_you( $id ) {
		$order = wc_get_order( $id );
		$key   = isset( $_GET['key'] ) ? wc_clean( wp_unslash( $_GET['key'] ) ) : ''; // phpcs:ignore
		if ( ! $order || ! $order->key_is_valid( $key ) ) {
			echo '<p>Thank you. Your order has been received.</p>';
			return;
		}
		WC()->cart && ! WC()->cart->is_empty() && WC()->session->get( 'order_awaiting_payment' ) == $order->get_id() ? WC()->cart->empty_cart() : null; // phpcs:ignore
		echo '<div class="woocommerce-order"><p class="woocommerce-thankyou-order-received">' . esc_html( apply_filters( 'woocommerce_thankyou_order_received_text', 'Thank you. Your order has been received.', $order ) ) . '</p><strong class="order-number">' . (int) $order->get_id() . '</strong>';
		do_action( 'woocommerce_thankyou_' . $order->get_payment_method(), $order->get_id() );
		do_action( 'woocommerce_thankyou', $order->get_id() );
		echo '</div>';
	}
}
WC_Pages::hooks();

function woocommerce_template_single_add_to_cart() {
	global $product;
	do_action( 'woocommerce_before_add_to_cart_form' );
	require WC_ABSPATH . 'templates/add-to-cart.php';
	do_action( 'woocommerce_after_add_to_cart_form' );
}

function woocommerce_template_loop_add_to_cart() {
	global $product;
	$ajax = $product->is_type( 'simple' ) && $product->is_purchasable() && $product->is_in_stock();
	printf( '<a href="%s" data-quantity="1" data-product_id="%d" class="button %s" rel="nofollow">%s</a>', esc_url( $product->add_to_cart_url() ), (int) $product->get_id(), $ajax ? 'add_to_cart_button ajax_add_to_cart' : '', $ajax ? 'Add to cart' : 'Select options' );
}

function woocommerce_content() {
	is_singular( 'product' ) ? woocommerce_single() : woocommerce_list();
}

/** The part of a product's page between before_main_content and after_main_content. */
function woocommerce_single() {
	while ( have_posts() ) {
		the_post();
		do_action( 'woocommerce_before_single_product' );
		wc_print_notices();
		echo '<div id="product-' . (int) get_the_ID() . '" class="' . esc_attr( implode( ' ', get_post_class() ) ) . '">';
		do_action( 'woocommerce_before_single_product_summary' );
		echo '<div class="summary entry-summary">';
		do_action( 'woocommerce_single_product_summary' );
		echo '</div>';
		do_action( 'woocommerce_after_single_product_summary' );
		echo '</div>';
		do_action( 'woocommerce_after_single_product' );
	}
}

/** The part of a list of products between before_main_content and after_main_content. */
function woocommerce_list() {
	echo '<header class="woocommerce-products-header"><h1>' . esc_html( is_search() ? 'Search results' : wp_strip_all_tags( get_the_archive_title() ) ) . '</h1></header>';
	if ( ! have_posts() ) {
		do_action( 'woocommerce_no_products_found' );
		return;
	}
	do_action( 'woocommerce_before_shop_loop' );
	echo '<ul class="products columns-4">';
	while ( have_posts() ) {
		the_post();
		echo '<li class="' . esc_attr( implode( ' ', get_post_class() ) ) . '"><a href="' . esc_url( get_permalink() ) . '"><h2 class="woocommerce-loop-product__title">' . esc_html( get_the_title() ) . '</h2></a>' . $GLOBALS['product']->get_price_html(); // phpcs:ignore
		do_action( 'woocommerce_after_shop_loop_item' );
		echo '</li>';
	}
	echo '</ul>';
	do_action( 'woocommerce_after_shop_loop' );
}

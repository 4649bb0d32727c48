<?php
/** wc-ajax addresses, and the forms of classic pages. */

class WC_AJAX {
	const EVENTS = array( 'add_to_cart', 'get_refreshed_fragments', 'remove_from_cart', 'apply_coupon', 'remove_coupon', 'checkout', 'update_order_review' );

	public static function init() {
		add_action( 'init', array( __CLASS__, 'define_ajax' ), 0 );
		add_action( 'template_redirect', array( __CLASS__, 'do_wc_ajax' ), 0 );
		foreach ( self::EVENTS as $event ) {
			add_action( "wc_ajax_$event", array( __CLASS__, $event ) );
			add_action( "wp_ajax_woocommerce_$event", array( __CLASS__, $event ) );
			add_action( "wp_ajax_nopriv_woocommerce_$event", array( __CLASS__, $event ) );
		}
		add_action( 'wp_loaded', array( __CLASS__, 'forms' ), 20 );
	}

	public static function get_endpoint( $request = '' ) {
		return esc_url_raw( apply_filters( 'woocommerce_ajax_get_endpoint', add_query_arg( 'wc-ajax', $request, home_url( '/', 'relative' ) ), $request ) );
	}

	public static function define_ajax() {
		if ( ! empty( $_GET['wc-ajax'] ) ) { // phpcs:ignore
			defined( 'DOING_AJAX' ) || define( 'DOING_AJAX', true );
			define( 'WC_DOING_AJAX', true );
		}
	}

	public static function do_wc_ajax() {
		global $wp_query;
		$action = ! empty( $_GET['wc-ajax'] ) ? sanitize_text_field( wp_unslash( $_GET['wc-ajax'] ) ) : $wp_query->get( 'wc-ajax' ); // phpcs:ignore
		if ( $action ) {
			if ( ! headers_sent() ) {
				send_origin_headers();
				header( 'Content-Type: text/html; charset=UTF-8' );
				header( 'X-Robots-Tag: noindex' );
				nocache_headers();
				status_header( 200 );
			}
			do_action( 'wc_ajax_' . sanitize_text_field( $action ) );
			wp_die();
		}
	}

	public static function get_refreshed_fragments() {
		wp_send_json( array( 'fragments' => apply_filters( 'woocommerce_add_to_cart_fragments', array() ), 'cart_hash' => WC()->cart->get_cart_hash() ) );
	}

	public static function add_to_cart() {
		$id      = apply_filters( 'woocommerce_add_to_cart_product_id', absint( $_POST['product_id'] ?? 0 ) ); // phpcs:ignore
		$product = wc_get_product( $id );
		$n       = empty( $_POST['quantity'] ) ? 1 : wc_stock_amount( (int) $_POST['quantity'] ); // phpcs:ignore
		$fine    = apply_filters( 'woocommerce_add_to_cart_validation', true, $id, $n );
		if ( $fine && $product && false !== WC()->cart->add_to_cart( $id, $n ) && 'publish' === get_post_status( $id ) ) {
			do_action( 'woocommerce_ajax_added_to_cart', $id );
			self::get_refreshed_fragments();
		}
		wp_send_json( array( 'error' => true, 'product_url' => get_permalink( $id ) ) );
	}

	public static function remove_from_cart() {
		WC()->cart->remove_cart_item( wc_clean( wp_unslash( $_POST['cart_item_key'] ?? '' ) ) ); // phpcs:ignore
		self::get_refreshed_fragments();
	}

	public static function apply_coupon() {
		check_ajax_referer( 'apply-coupon', 'security' );
		WC()->cart->add_discount( wc_clean( wp_unslash( $_POST['coupon_code'] ?? '' ) ) ); // phpcs:ignore
		wc_print_notices();
		wp_die();
	}

	public static function remove_coupon() {
		WC()->cart->remove_coupon( wc_clean( wp_unslash( $_POST['coupon'] ?? '' ) ) ); // phpcs:ignore
		wp_die();
	}

	public static function update_order_review() {
		do_action( 'woocommerce_checkout_update_order_review', isset( $_POST['post_data'] ) ? wp_unslash( $_POST['post_data'] ) : '' ); // phpcs:ignore
		WC()->cart->calculate_totals();
		wp_send_json( array( 'result' => 'success', 'fragments' => array() ) );
	}

	public static function checkout() {
		defined( 'WOOCOMMERCE_CHECKOUT' ) || define( 'WOOCOMMERCE_CHECKOUT', true );
		WC()->checkout()->process_checkout();
		wp_die( 0 );
	}

	/** Forms of classic pages, as WC_Form_Handler answers them. */
	public static function forms() {
		// phpcs:disable WordPress.Security
		if ( ! WC()->cart ) {
			return;
		}
		if ( isset( $_REQUEST['add-to-cart'] ) && is_numeric( $_REQUEST['add-to-cart'] ) && ! wp_doing_ajax() ) {
			self::form_add( absint( $_REQUEST['add-to-cart'] ) );
		}
		if ( isset( $_GET['remove_item'] ) && wp_verify_nonce( $_GET['_wpnonce'] ?? '', 'woocommerce-cart' ) ) {
			WC()->cart->remove_cart_item( sanitize_text_field( $_GET['remove_item'] ) );
			wp_safe_redirect( wc_get_cart_url() );
			exit;
		}
		if ( ( isset( $_POST['update_cart'] ) || isset( $_POST['apply_coupon'] ) || isset( $_POST['proceed'] ) ) && wp_verify_nonce( $_POST['woocommerce-cart-nonce'] ?? '', 'woocommerce-cart' ) ) {
			if ( isset( $_POST['apply_coupon'] ) ) {
				WC()->cart->add_discount( wc_clean( $_POST['coupon_code'] ) );
			}
			foreach ( isset( $_POST['update_cart'] ) ? (array) ( $_POST['cart'] ?? array() ) : array() as $key => $values ) {
				$line = WC()->cart->get_cart_item( $key );
				if ( $line && apply_filters( 'woocommerce_update_cart_validation', true, $key, $line, (int) $values['qty'] ) ) {
					WC()->cart->set_quantity( $key, (int) $values['qty'], false );
				}
			}
			WC()->cart->calculate_totals();
			wp_safe_redirect( wc_get_cart_url() );
			exit;
		}
		if ( isset( $_POST['woocommerce_checkout_place_order'] ) && ! wp_doing_ajax() && ! WC()->cart->is_empty() ) {
			define( 'WOOCOMMERCE_CHECKOUT', true );
			WC()->checkout()->process_checkout();
		}
		// phpcs:enable
	}

	private static function form_add( $id ) {
		$n         = empty( $_REQUEST['quantity'] ) ? 1 : wc_stock_amount( (int) $_REQUEST['quantity'] ); // phpcs:ignore
		$variation = absint( $_REQUEST['variation_id'] ?? 0 ); // phpcs:ignore
		$fine      = apply_filters( 'woocommerce_add_to_cart_validation', true, $id, $n, $variation );
		if ( $fine && false !== WC()->cart->add_to_cart( $id, $n, $variation ) ) {
			wc_add_notice( sprintf( '&ldquo;%s&rdquo; has been added to your cart.', esc_html( get_the_title( $id ) ) ) );
			$to = apply_filters( 'woocommerce_add_to_cart_redirect', '', wc_get_product( $id ) );
			if ( $to ) {
				wp_safe_redirect( $to );
				exit;
			}
		}
	}
}
WC_AJAX::init();

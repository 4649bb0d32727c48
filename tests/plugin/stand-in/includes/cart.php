<?php
/** The cart. Its hooks come in WooCommerce's order: loaded from the session, changed, before_calculate_totals, fees, after_calculate_totals. */

class WC_Cart {
	public $cart_contents         = array();
	public $removed_cart_contents = array();
	public $applied_coupons       = array();
	private $fees                 = array();
	private $totals               = array( 'subtotal' => 0.0, 'discount_total' => 0.0, 'fee_total' => 0.0, 'total' => 0.0 );
	private $loaded               = false;

	public function __construct() {
		add_action( 'woocommerce_add_to_cart', array( $this, 'calculate_totals' ), 20, 0 );
		add_action( 'woocommerce_applied_coupon', array( $this, 'calculate_totals' ), 20, 0 );
		add_action( 'woocommerce_removed_coupon', array( $this, 'calculate_totals' ), 20, 0 );
		add_action( 'woocommerce_cart_item_removed', array( $this, 'calculate_totals' ), 20, 0 );
		add_action( 'woocommerce_after_calculate_totals', array( $this, 'set_session' ), 1000, 0 );
		add_action( 'woocommerce_cart_loaded_from_session', array( $this, 'set_session' ), 10, 0 );
		add_action( 'woocommerce_check_cart_items', array( $this, 'check_cart_items' ), 1 );
		add_action( 'wp', array( $this, 'set_cart_cookies' ), 99 );
		add_action( 'shutdown', array( $this, 'set_cart_cookies' ), 0 );
	}

	public function get_cart_from_session() {
		$this->loaded = true;
		do_action( 'woocommerce_load_cart_from_session' );
		$this->applied_coupons = (array) WC()->session->get( 'applied_coupons', array() );
		$saved                 = (array) WC()->session->get( 'cart', array() );
		foreach ( $saved as $key => $values ) {
			$product = wc_get_product( $values['variation_id'] ?: $values['product_id'] );
			if ( ! $product || ! $product->exists() || $values['quantity'] <= 0 || ! $product->is_purchasable() ) {
				continue;
			}
			$this->cart_contents[ $key ] = apply_filters( 'woocommerce_get_cart_item_from_session', array_merge( $values, array( 'data' => $product ) ), $values, $key );
		}
		do_action( 'woocommerce_cart_loaded_from_session', $this );
		if ( $saved ) {
			$this->calculate_totals();
		}
	}

	public function set_session() {
		$plain = array();
		foreach ( $this->cart_contents as $key => $values ) {
			unset( $values['data'] );
			$plain[ $key ] = $values;
		}
		WC()->session->set( 'cart', $plain ?: null );
		WC()->session->set( 'applied_coupons', $this->applied_coupons ?: null );
		WC()->session->set( 'cart_totals', $this->totals );
		do_action( 'woocommerce_cart_updated' );
	}

	public function set_cart_cookies() {
		if ( headers_sent() || ! did_action( 'wp_loaded' ) ) {
			return;
		}
		if ( ! $this->is_empty() ) {
			wc_setcookie( 'woocommerce_items_in_cart', '1' );
			wc_setcookie( 'woocommerce_cart_hash', $this->get_cart_hash() );
			do_action( 'woocommerce_set_cart_cookies', true );
		} elseif ( isset( $_COOKIE['woocommerce_items_in_cart'] ) ) {
			wc_setcookie( 'woocommerce_items_in_cart', '0', time() - HOUR_IN_SECONDS );
			wc_setcookie( 'woocommerce_cart_hash', '', time() - HOUR_IN_SECONDS );
			do_action( 'woocommerce_set_cart_cookies', false );
		}
	}

	public function get_cart() {
		if ( ! $this->loaded && did_action( 'wp_loaded' ) ) {
			$this->get_cart_from_session();
		}
		return array_filter( $this->cart_contents );
	}

	public function get_cart_contents() {
		return apply_filters( 'woocommerce_get_cart_contents', $this->cart_contents );
	}

	public function set_cart_contents( $value ) {
		$this->cart_contents = (array) $value;
	}

	public function get_cart_item( $key ) {
		return $this->cart_contents[ $key ] ?? array();
	}

	public function is_empty() {
		return ! $this->get_cart();
	}

	public function get_cart_contents_count() {
		return apply_filters( 'woocommerce_cart_contents_count', array_sum( wp_list_pluck( $this->get_cart(), 'quantity' ) ) );
	}

	public function get_cart_item_quantities() {
		$found = array();
		foreach ( $this->get_cart() as $values ) {
			$id           = $values['data']->get_stock_managed_by_id();
			$found[ $id ] = ( $found[ $id ] ?? 0 ) + $values['quantity'];
		}
		return $found;
	}

	public function generate_cart_id( $product_id, $variation_id = 0, $variation = array(), $data = array() ) {
		$parts = array( $product_id );
		$variation_id ? $parts[] = $variation_id : null;
		foreach ( array( $variation, $data ) as $more ) {
			$more ? $parts[] = wp_json_encode( $more ) : null;
		}
		return apply_filters( 'woocommerce_cart_id', md5( implode( '_', $parts ) ), $product_id, $variation_id, $variation, $data );
	}

	public function find_product_in_cart( $id ) {
		return isset( $this->cart_contents[ $id ] ) ? $id : '';
	}

	public function add_to_cart( $product_id = 0, $quantity = 1, $variation_id = 0, $variation = array(), $cart_item_data = array() ) {
		try {
			$given = absint( $product_id );
			if ( 'product_variation' === get_post_type( $given ) ) {
				$variation_id = $given;
				$product_id   = wp_get_post_parent_id( $given );
			}
			$product = wc_get_product( $variation_id ?: $product_id );
			if ( $quantity <= 0 || ! $product || 'trash' === $product->get_status() ) {
				return false;
			}
			if ( $product->is_type( 'variation' ) ) {
				$variation = $variation ?: $product->get_variation_attributes();
			} elseif ( $product->is_type( 'variable' ) ) {
				throw new Exception( 'Please choose product options&hellip;' );
			}
			$cart_item_data = (array) apply_filters( 'woocommerce_add_cart_item_data', $cart_item_data, (int) $product_id, (int) $variation_id, $quantity );
			$key            = $this->generate_cart_id( (int) $product_id, (int) $variation_id, $variation, $cart_item_data );
			$this->get_cart();
			$quantity       = $product->is_sold_individually() ? 1 : $quantity;
			$this->check_may_be_added( $product, $quantity );
			if ( isset( $this->cart_contents[ $key ] ) ) {
				$this->set_quantity( $key, $quantity + $this->cart_contents[ $key ]['quantity'], false );
			} else {
				$this->cart_contents[ $key ] = apply_filters( 'woocommerce_add_cart_item', array_merge( $cart_item_data, array( 'key' => $key, 'product_id' => (int) $product_id, 'variation_id' => (int) $variation_id, 'variation' => $variation, 'quantity' => $quantity, 'data' => $product, 'data_hash' => md5( $product->get_id() ) ) ), $key );
			}
			do_action( 'woocommerce_add_to_cart', $key, (int) $product_id, $quantity, (int) $variation_id, $variation, $cart_item_data );
			return $key;
		} catch ( Exception $e ) {
			$e->getMessage() && wc_add_notice( $e->getMessage(), 'error' );
			return false;
		}
	}

	private function check_may_be_added( $product, $quantity ) {
		if ( ! $product->is_purchasable() ) {
			throw new Exception( 'Sorry, this product cannot be purchased.' );
		}
		if ( ! $product->is_in_stock() ) {
			throw new Exception( sprintf( 'You cannot add &quot;%s&quot; to the cart because the product is out of stock.', esc_html( $product->get_name() ) ) );
		}
		$there = $this->get_cart_item_quantities()[ $product->get_stock_managed_by_id() ] ?? 0;
		if ( ! $product->has_enough_stock( $quantity + $there ) ) {
			throw new Exception( sprintf( 'You cannot add that amount of &quot;%1$s&quot; to the cart because there is not enough stock (%2$s remaining).', esc_html( $product->get_name() ), $product->get_stock_quantity() ) );
		}
	}

	public function set_quantity( $key, $quantity = 1, $refresh_totals = true ) {
		if ( $quantity <= 0 ) {
			return $this->remove_cart_item( $key );
		}
		$old = $this->cart_contents[ $key ]['quantity'];
		$this->cart_contents[ $key ]['quantity'] = $quantity;
		do_action( 'woocommerce_after_cart_item_quantity_update', $key, $quantity, $old, $this );
		if ( $refresh_totals ) {
			$this->calculate_totals();
		}
		do_action( 'woocommerce_cart_item_set_quantity', $key, $quantity, $this );
		return true;
	}

	public function remove_cart_item( $key ) {
		if ( ! isset( $this->cart_contents[ $key ] ) ) {
			return false;
		}
		$this->removed_cart_contents[ $key ] = $this->cart_contents[ $key ];
		unset( $this->removed_cart_contents[ $key ]['data'] );
		do_action( 'woocommerce_remove_cart_item', $key, $this );
		unset( $this->cart_contents[ $key ] );
		do_action( 'woocommerce_cart_item_removed', $key, $this );
		return true;
	}

	public function empty_cart( $clear_persistent = true ) {
		do_action( 'woocommerce_before_cart_emptied', $clear_persistent );
		$this->cart_contents   = array();
		$this->applied_coupons = array();
		$this->fees            = array();
		$this->totals          = array_map( function () { return 0.0; }, $this->totals );
		foreach ( array( 'cart', 'cart_totals', 'applied_coupons', 'order_awaiting_payment', 'store_api_draft_order' ) as $name ) {
			WC()->session->set( $name, null );
		}
		do_action( 'woocommerce_cart_emptied', $clear_persistent );
	}

	public function check_cart_items() {
		foreach ( $this->get_cart() as $key => $values ) {
			if ( ! $values['data']->is_in_stock() || ! $values['data']->has_enough_stock( $values['quantity'] ) ) {
				wc_add_notice( sprintf( 'Sorry, "%s" is not in stock.', esc_html( $values['data']->get_name() ) ), 'error' );
				return false;
			}
		}
		return true;
	}

	/* ---- money ---- */

	public function calculate_totals() {
		$this->fees = array();
		if ( ! $this->get_cart() ) {
			$this->totals = array_map( function () { return 0.0; }, $this->totals );
			do_action( 'woocommerce_before_calculate_totals', $this );
			do_action( 'woocommerce_after_calculate_totals', $this );
			return;
		}
		do_action( 'woocommerce_before_calculate_totals', $this );
		$subtotal = 0.0;
		$percent  = 0.0;
		foreach ( $this->applied_coupons as $i => $code ) {
			$coupon = new WC_Coupon( $code );
			if ( ! $coupon->is_valid() ) {
				unset( $this->applied_coupons[ $i ] );
				continue;
			}
			$percent += $coupon->is_type( 'percent' ) ? (float) $coupon->get_amount() : 0;
		}
		foreach ( $this->cart_contents as $key => $values ) {
			$line      = round( (float) $values['data']->get_price() * $values['quantity'], wc_get_price_decimals() );
			$subtotal += $line;
			$this->cart_contents[ $key ]['line_subtotal']     = $line;
			$this->cart_contents[ $key ]['line_total']        = round( $line * ( 1 - $percent / 100 ), wc_get_price_decimals() );
			$this->cart_contents[ $key ]['line_subtotal_tax'] = 0;
			$this->cart_contents[ $key ]['line_tax']          = 0;
			$this->cart_contents[ $key ]['line_tax_data']     = array( 'subtotal' => array(), 'total' => array() );
		}
		$contents = array_sum( wp_list_pluck( $this->cart_contents, 'line_total' ) );
		do_action( 'woocommerce_cart_calculate_fees', $this );
		$fees         = array_sum( wp_list_pluck( $this->fees, 'total' ) );
		$this->totals = array( 'subtotal' => $subtotal, 'discount_total' => round( $subtotal - $contents, 2 ), 'fee_total' => $fees, 'total' => round( max( 0, $contents + $fees ), wc_get_price_decimals() ) );
		do_action( 'woocommerce_after_calculate_totals', $this );
	}

	public function add_fee( $name, $amount, $taxable = false, $tax_class = '' ) {
		$this->fees[ sanitize_title( $name ) ] = (object) array( 'id' => sanitize_title( $name ), 'name' => $name, 'amount' => (float) $amount, 'total' => (float) $amount, 'tax_class' => $tax_class, 'taxable' => $taxable );
	}

	public function fees_api() {
		return $this;
	}

	public function get_fees() {
		return $this->fees;
	}

	public function get_subtotal() {
		return $this->totals['subtotal'];
	}

	public function get_discount_total() {
		return $this->totals['discount_total'];
	}

	public function get_cart_contents_total() {
		return $this->totals['subtotal'] - $this->totals['discount_total'];
	}

	public function get_cart_contents_tax() {
		return 0.0;
	}

	public function get_subtotal_tax() {
		return 0.0;
	}

	public function get_totals() {
		return $this->totals;
	}

	public function get_total( $context = 'view' ) {
		return 'view' === $context ? apply_filters( 'woocommerce_cart_total', wc_price( $this->totals['total'] ) ) : $this->totals['total'];
	}

	public function get_displayed_subtotal() {
		return $this->totals['subtotal'];
	}

	public function get_product_price( $product ) {
		return apply_filters( 'woocommerce_cart_product_price', wc_price( wc_get_price_to_display( $product ) ), $product );
	}

	public function get_product_subtotal( $product, $quantity ) {
		return apply_filters( 'woocommerce_cart_product_subtotal', wc_price( (float) $product->get_price() * $quantity ), $product, $quantity, $this );
	}

	public function display_prices_including_tax() {
		return apply_filters( 'woocommerce_cart_display_prices_including_tax', false );
	}

	public function needs_payment() {
		return apply_filters( 'woocommerce_cart_needs_payment', 0 < $this->totals['total'], $this );
	}

	public function needs_shipping() {
		return false;
	}

	public function get_cart_hash() {
		$plain = array_map( function ( $values ) { return array_diff_key( $values, array( 'data' => 1 ) ); }, $this->get_cart() );
		return $plain ? md5( wp_json_encode( $plain ) . $this->totals['total'] ) : '';
	}

	/* ---- coupons ---- */

	public function get_applied_coupons() {
		return array_values( $this->applied_coupons );
	}

	public function has_discount( $code = '' ) {
		return $code ? in_array( wc_format_coupon_code( $code ), $this->applied_coupons, true ) : (bool) $this->applied_coupons;
	}

	public function get_coupons() {
		$found = array();
		foreach ( $this->applied_coupons as $code ) {
			$found[ $code ] = new WC_Coupon( $code );
		}
		return $found;
	}

	public function get_coupon_discount_amount( $code, $ex_tax = true ) {
		return $this->totals['discount_total'] / max( 1, count( $this->applied_coupons ) );
	}

	public function apply_coupon( $code ) {
		$code = wc_format_coupon_code( $code );
		try {
			( new WC_Coupon( $code ) )->check();
		} catch ( Exception $e ) {
			wc_add_notice( $e->getMessage(), 'error' );
			return false;
		}
		if ( $this->has_discount( $code ) ) {
			wc_add_notice( 'Coupon code already applied!', 'error' );
			return false;
		}
		$this->applied_coupons[] = $code;
		wc_add_notice( 'Coupon code applied successfully.', 'success' );
		do_action( 'woocommerce_applied_coupon', $code );
		return true;
	}

	public function remove_coupon( $code ) {
		$this->applied_coupons = array_diff( $this->applied_coupons, array( wc_format_coupon_code( $code ) ) );
		do_action( 'woocommerce_removed_coupon', $code );
		return true;
	}

	public function add_discount( $code ) {
		return $this->apply_coupon( $code );
	}

	public function remove_coupons() {
		$this->applied_coupons = array();
		$this->calculate_totals();
	}
}

/** What a visitor reads of a line beside its name. */
function wc_get_formatted_cart_item_data( $values, $flat = false ) {
	$html = '';
	foreach ( apply_filters( 'woocommerce_get_item_data', array(), $values ) as $one ) {
		$key   = ! empty( $one['key'] ) ? $one['key'] : ( $one['name'] ?? '' );
		$shown = ! empty( $one['display'] ) ? $one['display'] : ( $one['value'] ?? '' );
		$html .= '<dt>' . wp_kses_post( $key ) . ':</dt><dd>' . wp_kses_post( $shown ) . '</dd>';
	}
	return $html ? "<dl class=\"variation\">$html</dl>" : '';
}

function woocommerce_mini_cart( $args = array() ) {
	do_action( 'woocommerce_before_mini_cart' );
	echo '<ul class="woocommerce-mini-cart cart_list">';
	foreach ( WC()->cart->get_cart() as $key => $values ) {
		$price = apply_filters( 'woocommerce_cart_item_price', WC()->cart->get_product_price( $values['data'] ), $values, $key );
		echo '<li class="mini_cart_item">' . esc_html( $values['data']->get_name() ) . wc_get_formatted_cart_item_data( $values ) . ' ' . (int) $values['quantity'] . ' &times; ' . $price . '</li>'; // phpcs:ignore
	}
	echo '</ul>';
	do_action( 'woocommerce_after_mini_cart' );
}

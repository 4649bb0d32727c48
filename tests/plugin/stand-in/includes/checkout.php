<?php
/** Checkout: fields, making an order of the cart, paying on delivery. The Store API makes its orders here too. */

class WC_Payment_Gateways {
	public function get_available_payment_gateways() {
		return array( 'cod' => (object) array( 'id' => 'cod', 'title' => 'Ramburs' ) );
	}
}

class WC_Checkout {
	private static $one = null;

	public static function instance() {
		self::$one = self::$one ?: new self();
		return self::$one;
	}

	public function get_checkout_fields( $set = '' ) {
		$fields = array( 'billing' => array(), 'order' => array() );
		foreach ( array( 'first_name' => true, 'last_name' => true, 'address_1' => false, 'city' => false, 'postcode' => false, 'phone' => false, 'email' => true ) as $name => $required ) {
			$fields['billing'][ "billing_$name" ] = array( 'label' => ucfirst( str_replace( '_', ' ', $name ) ), 'required' => $required, 'type' => 'email' === $name ? 'email' : 'text', 'priority' => 10 );
		}
		$fields['billing'] = apply_filters( 'woocommerce_billing_fields', $fields['billing'], 'RO' );
		$fields            = apply_filters( 'woocommerce_checkout_fields', $fields );
		return $set ? $fields[ $set ] : $fields;
	}

	public function get_value( $name ) {
		return 0 === strpos( $name, 'billing_' ) && WC()->customer ? WC()->customer->{"get_$name"}() : '';
	}

	public function get_posted_data() {
		$data = array( 'payment_method' => wc_clean( wp_unslash( $_POST['payment_method'] ?? '' ) ), 'createaccount' => 0, 'terms' => 0 ); // phpcs:ignore
		foreach ( $this->get_checkout_fields() as $set ) {
			foreach ( $set as $key => $field ) {
				$data[ $key ] = 'checkbox' === ( $field['type'] ?? '' ) ? (int) isset( $_POST[ $key ] ) : wc_clean( wp_unslash( $_POST[ $key ] ?? '' ) ); // phpcs:ignore
			}
		}
		return apply_filters( 'woocommerce_checkout_posted_data', $data );
	}

	public function process_checkout() {
		try {
			if ( ! wp_verify_nonce( $_REQUEST['woocommerce-process-checkout-nonce'] ?? '', 'woocommerce-process_checkout' ) ) { // phpcs:ignore
				throw new Exception( 'We were unable to process your order, please try again.' );
			}
			if ( WC()->cart->is_empty() ) {
				throw new Exception( 'Sorry, your session has expired.' );
			}
			do_action( 'woocommerce_before_checkout_process' );
			do_action( 'woocommerce_checkout_process' );
			$data   = $this->get_posted_data();
			$errors = new WP_Error();
			$this->check( $data, $errors );
			do_action( 'woocommerce_after_checkout_validation', $data, $errors );
			foreach ( $errors->get_error_messages() as $message ) {
				wc_add_notice( $message, 'error' );
			}
			if ( 0 === wc_notice_count( 'error' ) ) {
				$id    = $this->create_order( $data );
				$order = wc_get_order( $id );
				do_action( 'woocommerce_checkout_order_processed', $id, $data, $order );
				WC()->session->set( 'order_awaiting_payment', $id );
				$this->pay( $order );
				$this->answer( array( 'result' => 'success', 'redirect' => apply_filters( 'woocommerce_get_checkout_order_received_url', $order->get_checkout_order_received_url(), $order ) ) );
			}
		} catch ( Exception $e ) {
			wc_add_notice( $e->getMessage(), 'error' );
		}
		$this->answer( array( 'result' => 'failure', 'messages' => wp_doing_ajax() ? wc_print_notices( true ) : '', 'refresh' => false, 'reload' => false ) );
	}

	private function check( $data, $errors ) {
		do_action( 'woocommerce_check_cart_items' );
		foreach ( $this->get_checkout_fields() as $set ) {
			foreach ( $set as $key => $field ) {
				if ( ! empty( $field['required'] ) && '' === (string) $data[ $key ] ) {
					$errors->add( $key . '_required', '<strong>' . esc_html( $field['label'] ) . '</strong> is a required field.' );
				}
			}
		}
	}

	/** Cart into order, with the hooks of WC_Checkout::create_order(). */
	public function create_order( $data ) {
		$order = new WC_Order();
		$order->set_props( array( 'created_via' => 'checkout', 'cart_hash' => WC()->cart->get_cart_hash(), 'customer_id' => apply_filters( 'woocommerce_checkout_customer_id', get_current_user_id() ), 'payment_method' => $data['payment_method'] ?: 'cod', 'payment_method_title' => 'Ramburs' ) );
		foreach ( $data as $key => $value ) {
			if ( 0 === strpos( $key, 'billing_' ) ) {
				in_array( substr( $key, 8 ), WC_Order::ADDRESS, true ) ? $order->{"set_$key"}( $value ) : $order->update_meta_data( "_$key", $value );
			}
		}
		self::fill( $order, WC()->cart );
		do_action( 'woocommerce_checkout_create_order', $order, $data );
		$id = $order->save();
		do_action( 'woocommerce_checkout_update_order_meta', $id, $data );
		do_action( 'woocommerce_checkout_order_created', $order );
		return $id;
	}

	/** Lines, fees, coupons and the total of the cart. */
	public static function fill( $order, $cart ) {
		$order->remove_order_items();
		foreach ( $cart->get_cart() as $key => $values ) {
			$item = new WC_Order_Item_Product();
			$item->set_props( array( 'name' => $values['data']->get_name(), 'product_id' => $values['product_id'], 'variation_id' => $values['variation_id'], 'variation' => $values['variation'], 'quantity' => $values['quantity'], 'subtotal' => $values['line_subtotal'], 'total' => $values['line_total'] ) );
			do_action( 'woocommerce_checkout_create_order_line_item', $item, $key, $values, $order );
			$order->add_item( $item );
		}
		foreach ( $cart->get_fees() as $key => $fee ) {
			$item = new WC_Order_Item_Fee();
			$item->set_props( array( 'name' => $fee->name, 'amount' => $fee->amount, 'total' => $fee->total ) );
			do_action( 'woocommerce_checkout_create_order_fee_item', $item, $key, $fee, $order );
			$order->add_item( $item );
		}
		foreach ( $cart->get_coupons() as $code => $coupon ) {
			$item = new WC_Order_Item_Coupon();
			$item->set_props( array( 'code' => $code, 'name' => $code, 'discount' => $cart->get_coupon_discount_amount( $code ) ) );
			do_action( 'woocommerce_checkout_create_order_coupon_item', $item, $code, $coupon, $order );
			$order->add_item( $item );
		}
		$order->set_discount_total( $cart->get_discount_total() );
		$order->set_total( wc_format_decimal( $cart->get_total( 'edit' ), '' ) );
	}

	/** Cash on delivery: the order is in work, the cart is empty. */
	public function pay( $order ) {
		$order->update_status( apply_filters( 'woocommerce_cod_process_payment_order_status', 'processing', $order ) );
		WC()->cart->empty_cart();
	}

	private function answer( $result ) {
		if ( wp_doing_ajax() ) {
			wp_send_json( $result );
		}
		if ( 'success' === $result['result'] ) {
			wp_safe_redirect( $result['redirect'] );
			exit;
		}
	}
}

function woocommerce_form_field( $key, $args, $value = null ) {
	$args  = wp_parse_args( $args, array( 'type' => 'text', 'label' => '', 'required' => false, 'default' => '', 'return' => false ) );
	$field = 'checkbox' === $args['type']
		? sprintf( '<p class="form-row" id="%1$s_field"><label class="checkbox"><input type="checkbox" name="%1$s" id="%1$s" value="1" %3$s> %2$s</label></p>', esc_attr( $key ), wp_kses_post( $args['label'] ), checked( $value, 1, false ) )
		: sprintf( '<p class="form-row" id="%1$s_field"><label for="%1$s">%2$s</label><input type="%3$s" class="input-text" name="%1$s" id="%1$s" value="%4$s"></p>', esc_attr( $key ), esc_html( $args['label'] ), esc_attr( $args['type'] ), esc_attr( $value ?? $args['default'] ) );
	$field = apply_filters( 'woocommerce_form_field', $field, $key, $args, $value );
	if ( $args['return'] ) {
		return $field;
	}
	echo $field; // phpcs:ignore
}

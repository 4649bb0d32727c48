<?php
/** The Store API's cart and checkout: answers in the recorded shapes, nonces checked, its hooks fired. */

class WC_Store_API {
	private static $updates   = array();
	private static $endpoints = array();
	const ROUTES              = array(
		'cart'               => array( 'GET', 'read' ),
		'cart/add-item'      => array( 'POST', 'add_item' ),
		'cart/update-item'   => array( 'POST', 'update_item' ),
		'cart/remove-item'   => array( 'POST', 'remove_item' ),
		'cart/apply-coupon'  => array( 'POST', 'apply_coupon' ),
		'cart/remove-coupon' => array( 'POST', 'remove_coupon' ),
		'cart/update-customer' => array( 'POST', 'update_customer' ),
		'cart/extensions'    => array( 'POST', 'extensions' ),
		'checkout'           => array( 'POST', 'checkout' ),
	);

	public static function hooks() {
		add_action( 'rest_api_init', array( __CLASS__, 'routes' ) );
		add_filter( 'rest_authentication_errors', array( __CLASS__, 'load' ) );
	}

	/** The REST API has no session unless it is the Store API's. */
	public static function load( $result ) {
		if ( self::is_ours() && ! WC()->cart ) {
			wc_load_cart();
			WC()->cart->get_cart_from_session();
		}
		return $result;
	}

	private static function is_ours() {
		return false !== strpos( $_SERVER['REQUEST_URI'] ?? '', rest_get_url_prefix() . '/wc/store' );
	}

	public static function routes() {
		foreach ( array( 'wc/store/v1', 'wc/store' ) as $space ) {
			foreach ( self::ROUTES as $route => list( $method, $callback ) ) {
				register_rest_route( $space, '/' . $route, array( 'methods' => $method, 'permission_callback' => '__return_true', 'callback' => function ( $request ) use ( $callback, $method ) {
					return self::answer( $request, $callback, $method );
				} ) );
			}
			register_rest_route( $space, '/batch', array( 'methods' => 'POST', 'permission_callback' => '__return_true', 'callback' => array( __CLASS__, 'batch' ) ) );
		}
	}

	private static function answer( $request, $callback, $method ) {
		try {
			if ( 'GET' !== $method && ! apply_filters( 'woocommerce_store_api_disable_nonce_check', false ) ) {
				$nonce = $request->get_header( 'nonce' );
				if ( null === $nonce ) {
					throw new WC_Store_API_Trouble( 'woocommerce_rest_missing_nonce', 'Missing the Nonce header. This endpoint requires a valid nonce.', 401 );
				}
				if ( ! wp_verify_nonce( $nonce, 'wc_store_api' ) ) {
					throw new WC_Store_API_Trouble( 'woocommerce_rest_invalid_nonce', 'Nonce is invalid.', 403 );
				}
			}
			$value = self::$callback( $request );
			$answer = new WP_REST_Response( null === $value ? self::cart() : $value, 'add_item' === $callback ? 201 : 200 );
		} catch ( WC_Store_API_Trouble $e ) {
			$answer = new WP_REST_Response( array( 'code' => $e->word, 'message' => $e->getMessage(), 'data' => array( 'status' => $e->status ) ), $e->status );
		}
		$answer->header( 'Nonce', wp_create_nonce( 'wc_store_api' ) );
		WC()->cart->set_cart_cookies();
		return $answer;
	}

	public static function batch( $request ) {
		$answers = array();
		foreach ( (array) $request['requests'] as $one ) {
			$inner = new WP_REST_Request( $one['method'] ?? 'POST', $one['path'] );
			$inner->set_body_params( (array) ( $one['body'] ?? array() ) );
			foreach ( array_change_key_case( (array) ( $one['headers'] ?? array() ) ) as $name => $value ) {
				$inner->set_header( $name, $value );
			}
			$answer    = rest_do_request( $inner );
			$answers[] = array( 'body' => $answer->get_data(), 'status' => $answer->get_status(), 'headers' => $answer->get_headers() );
		}
		return new WP_REST_Response( array( 'responses' => $answers ), 207 );
	}

	/* ---- the cart ---- */

	private static function read() {
		WC()->cart->calculate_totals();
		return self::cart();
	}

	private static function add_item( $request ) {
		$id      = absint( $request['id'] );
		$product = wc_get_product( $id );
		if ( ! $product || 'publish' !== $product->get_status() ) {
			throw new WC_Store_API_Trouble( 'woocommerce_rest_cart_invalid_product', 'This product cannot be added to the cart.', 400 );
		}
		if ( $product->is_type( 'variable' ) ) {
			throw new WC_Store_API_Trouble( 'woocommerce_rest_missing_variation_data', 'Missing attributes for variable product.', 400 );
		}
		do_action( 'woocommerce_store_api_validate_add_to_cart', $product, $request );
		$data = (array) apply_filters( 'woocommerce_store_api_add_to_cart_data', array( 'id' => $id, 'quantity' => $request['quantity'] ?? 1, 'variation' => $request['variation'] ?? array(), 'cart_item_data' => array() ), $request );
		wc_clear_notices();
		if ( ! WC()->cart->add_to_cart( $id, (float) $data['quantity'], 0, array(), $data['cart_item_data'] ) ) {
			$said = wc_get_notices( 'error' );
			wc_clear_notices();
			throw new WC_Store_API_Trouble( 'woocommerce_rest_product_not_purchasable', $said ? wp_strip_all_tags( html_entity_decode( $said[0]['notice'] ) ) : 'Not added.', 400 );
		}
	}

	private static function line( $request ) {
		$key = wc_clean( $request['key'] );
		if ( ! WC()->cart->get_cart_item( $key ) ) {
			throw new WC_Store_API_Trouble( 'woocommerce_rest_cart_invalid_key', 'Cart item does not exist.', 409 );
		}
		return $key;
	}

	private static function update_item( $request ) {
		$key    = self::line( $request );
		$values = WC()->cart->get_cart_item( $key );
		$limits = self::limits( $values['data'], $values );
		if ( ! $limits['editable'] || $request['quantity'] > $limits['maximum'] ) {
			throw new WC_Store_API_Trouble( 'woocommerce_rest_cart_invalid_quantity', sprintf( 'The quantity of "%s" cannot be changed', $values['data']->get_name() ), 400 );
		}
		WC()->cart->set_quantity( $key, (float) $request['quantity'] );
	}

	private static function remove_item( $request ) {
		WC()->cart->remove_cart_item( self::line( $request ) );
	}

	private static function apply_coupon( $request ) {
		wc_clear_notices();
		if ( ! WC()->cart->apply_coupon( wc_clean( $request['code'] ) ) ) {
			$said = wc_get_notices( 'error' );
			wc_clear_notices();
			throw new WC_Store_API_Trouble( 'woocommerce_rest_cart_coupon_error', $said ? $said[0]['notice'] : 'No.', 400 );
		}
		wc_clear_notices();
	}

	private static function remove_coupon( $request ) {
		WC()->cart->remove_coupon( wc_clean( $request['code'] ) );
	}

	private static function update_customer( $request ) {
		self::keep_address( (array) $request['billing_address'] );
		do_action( 'woocommerce_store_api_cart_update_customer_from_request', WC()->customer, $request );
		WC()->customer->save();
		WC()->cart->calculate_totals();
	}

	private static function keep_address( $address ) {
		foreach ( array_intersect_key( $address, array_flip( WC_Order::ADDRESS ) ) as $field => $value ) {
			WC()->customer->{"set_billing_$field"}( wc_clean( $value ) );
		}
	}

	private static function extensions( $request ) {
		$name = $request['namespace'];
		if ( ! isset( self::$updates[ $name ] ) ) {
			throw new WC_Store_API_Trouble( 'woocommerce_rest_cart_extensions_error', "There is no such namespace registered: $name.", 400 );
		}
		call_user_func( self::$updates[ $name ], $request['data'] );
		WC()->cart->calculate_totals();
	}

	public static function on_update( $name, $callback ) {
		self::$updates[ $name ] = $callback;
	}

	public static function extend( $args ) {
		self::$endpoints[ $args['endpoint'] ][ $args['namespace'] ] = $args;
	}

	private static function extended( $endpoint, ...$arguments ) {
		$found = array();
		foreach ( self::$endpoints[ $endpoint ] ?? array() as $name => $args ) {
			$found[ $name ] = isset( $args['data_callback'] ) ? call_user_func_array( $args['data_callback'], $arguments ) : array();
		}
		return (object) $found;
	}

	private static function minor( $amount ) {
		return (string) (int) round( (float) $amount * pow( 10, wc_get_price_decimals() ) );
	}

	private static function money() {
		$symbol   = html_entity_decode( get_woocommerce_currency_symbol() );
		$position = get_option( 'woocommerce_currency_pos', 'left' );
		$beside   = array( 'left' => array( $symbol, '' ), 'left_space' => array( "$symbol ", '' ), 'right' => array( '', $symbol ), 'right_space' => array( '', " $symbol" ) )[ $position ];
		return array( 'currency_code' => get_woocommerce_currency(), 'currency_symbol' => $symbol, 'currency_minor_unit' => wc_get_price_decimals(), 'currency_decimal_separator' => wc_get_price_decimal_separator(), 'currency_thousand_separator' => wc_get_price_thousand_separator(), 'currency_prefix' => $beside[0], 'currency_suffix' => $beside[1] );
	}

	private static function limits( $product, $values ) {
		$most = $product->get_max_purchase_quantity();
		return array(
			'minimum'     => (int) apply_filters( 'woocommerce_store_api_product_quantity_minimum', 1, $product, $values ),
			'maximum'     => (int) apply_filters( 'woocommerce_store_api_product_quantity_maximum', $most < 0 ? 9999 : $most, $product, $values ),
			'multiple_of' => (int) apply_filters( 'woocommerce_store_api_product_quantity_multiple_of', 1, $product, $values ),
			'editable'    => (bool) apply_filters( 'woocommerce_store_api_product_quantity_editable', ! $product->is_sold_individually(), $product, $values ),
		);
	}

	private static function item( $key, $values ) {
		$product = $values['data'];
		$data    = array();
		foreach ( apply_filters( 'woocommerce_get_item_data', array(), $values ) as $one ) {
			$data[] = array( 'name' => $one['key'] ?? $one['name'] ?? '', 'value' => $one['value'] ?? '', 'display' => $one['display'] ?? '' );
		}
		$regular = (float) ( $product->get_regular_price() ?: $product->get_price() );
		return array( 'key' => $key, 'id' => $product->get_id(), 'type' => $product->get_type(), 'quantity' => $values['quantity'], 'quantity_limits' => self::limits( $product, $values ), 'name' => $product->get_name(), 'short_description' => '', 'description' => '', 'sku' => $product->get_sku(), 'low_stock_remaining' => null,
			'backorders_allowed' => $product->backorders_allowed(), 'show_backorder_badge' => false, 'sold_individually' => $product->is_sold_individually(), 'permalink' => $product->get_permalink(), 'images' => array(), 'variation' => array(), 'item_data' => $data,
			'prices' => array( 'price' => self::minor( $product->get_price() ), 'regular_price' => self::minor( $regular ), 'sale_price' => self::minor( $product->get_price() ), 'price_range' => null ) + self::money(),
			'totals' => array( 'line_subtotal' => self::minor( $values['line_subtotal'] ?? 0 ), 'line_subtotal_tax' => '0', 'line_total' => self::minor( $values['line_total'] ?? 0 ), 'line_total_tax' => '0' ) + self::money(),
			'catalog_visibility' => $product->is_type( 'variation' ) ? 'visible' : $product->get_catalog_visibility(), 'extensions' => self::extended( 'cart-item', $values ) );
	}

	public static function cart() {
		$cart  = WC()->cart;
		$items = array();
		foreach ( $cart->get_cart() as $key => $values ) {
			$items[] = self::item( $key, $values );
		}
		$fees = array();
		foreach ( $cart->get_fees() as $fee ) {
			$fees[] = array( 'key' => $fee->id, 'name' => $fee->name, 'totals' => array( 'total' => self::minor( $fee->total ), 'total_tax' => '0' ) + self::money() );
		}
		$billing = array();
		foreach ( WC_Order::ADDRESS as $field ) {
			$billing[ $field ] = WC()->customer->{"get_billing_$field"}();
		}
		return array( 'items' => $items, 'coupons' => array_map( function ( $code ) { return array( 'code' => $code ); }, $cart->get_applied_coupons() ), 'fees' => $fees,
			'totals' => array( 'total_items' => self::minor( $cart->get_subtotal() ), 'total_items_tax' => '0', 'total_fees' => self::minor( $cart->get_totals()['fee_total'] ), 'total_fees_tax' => '0', 'total_discount' => self::minor( $cart->get_discount_total() ), 'total_discount_tax' => '0', 'total_shipping' => null, 'total_shipping_tax' => null, 'total_price' => self::minor( $cart->get_total( 'edit' ) ), 'total_tax' => '0', 'tax_lines' => array() ) + self::money(),
			'shipping_address' => $billing, 'billing_address' => $billing, 'needs_payment' => $cart->needs_payment(), 'needs_shipping' => false, 'payment_requirements' => array( 'products' ), 'has_calculated_shipping' => false, 'shipping_rates' => array(), 'items_count' => $cart->get_cart_contents_count(), 'items_weight' => 0, 'cross_sells' => array(), 'errors' => array(), 'payment_methods' => array( 'cod' ), 'extensions' => self::extended( 'cart' ) );
	}

	/* ---- checkout ---- */

	private static function checkout( $request ) {
		if ( WC()->cart->is_empty() ) {
			throw new WC_Store_API_Trouble( 'woocommerce_rest_cart_empty', 'Cannot create order from empty cart.', 400 );
		}
		$email = (string) ( $request['billing_address']['email'] ?? '' );
		if ( ! is_email( $email ) ) {
			throw new WC_Store_API_Trouble( 'rest_invalid_param', 'Invalid parameter(s): billing_address', 400 );
		}
		self::keep_address( (array) $request['billing_address'] );
		WC()->customer->save();
		WC()->cart->calculate_totals();
		wc_clear_notices();
		do_action( 'woocommerce_check_cart_items' );
		foreach ( wc_get_notices( 'error' ) as $one ) {
			wc_clear_notices();
			throw new WC_Store_API_Trouble( 'woocommerce_rest_cart_item_error', wp_strip_all_tags( $one['notice'] ), 409 );
		}
		$order = new WC_Order();
		$order->set_props( array( 'created_via' => 'store-api', 'status' => 'checkout-draft', 'customer_id' => get_current_user_id(), 'payment_method' => 'cod', 'payment_method_title' => 'Ramburs' ) );
		foreach ( array_intersect_key( (array) $request['billing_address'], array_flip( WC_Order::ADDRESS ) ) as $field => $value ) {
			$order->{"set_billing_$field"}( wc_clean( $value ) );
		}
		WC_Checkout::fill( $order, WC()->cart );
		do_action( 'woocommerce_store_api_checkout_update_order_meta', $order );
		do_action( 'woocommerce_store_api_checkout_update_order_from_request', $order, $request );
		$order->save();
		$order->update_status( 'pending' );
		do_action( 'woocommerce_store_api_checkout_order_processed', $order );
		WC()->checkout()->pay( $order );
		$to = $order->get_checkout_order_received_url();
		return array( 'order_id' => $order->get_id(), 'status' => $order->get_status(), 'order_key' => $order->get_order_key(), 'order_number' => $order->get_order_number(), 'customer_note' => '', 'customer_id' => $order->get_customer_id(), 'billing_address' => (object) $request['billing_address'], 'shipping_address' => (object) array(), 'payment_method' => 'cod', 'payment_result' => array( 'payment_status' => 'success', 'payment_details' => array(), 'redirect_url' => $to ), 'extensions' => (object) array() );
	}
}

class WC_Store_API_Trouble extends Exception {
	public $word;
	public $status;

	public function __construct( $word, $message, $status ) {
		parent::__construct( $message );
		list( $this->word, $this->status ) = array( $word, $status );
	}
}
class_alias( 'WC_Store_API_Trouble', 'Automattic\WooCommerce\StoreApi\Exceptions\RouteException' );
WC_Store_API::hooks();

function woocommerce_store_api_register_update_callback( $args ) {
	WC_Store_API::on_update( $args['namespace'], $args['callback'] );
}

function woocommerce_store_api_register_endpoint_data( $args ) {
	WC_Store_API::extend( $args );
}

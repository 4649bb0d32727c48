<?php
/** Orders in tables of their own, as with WooCommerce's high-performance order storage: no post, no postmeta. */

class WC_Order_Item extends WC_Data {
	protected $object_type = 'order_item';
	protected $data        = array( 'order_id' => 0, 'name' => '' );

	public function get_type() {
		return '';
	}

	public function is_type( $type ) {
		return $this->get_type() === $type;
	}

	public function save() {
		$this->id = $this->id ?: wp_rand( 1, PHP_INT_MAX >> 24 );
		return $this->id;
	}

	public function get_formatted_meta_data( $hide_prefix = '_', $include_all = false ) {
		$found = array();
		foreach ( $this->get_meta_data() as $line ) {
			if ( '_' !== substr( $line->key, 0, 1 ) ) {
				$found[] = (object) array( 'key' => $line->key, 'value' => $line->value, 'display_key' => $line->key, 'display_value' => $line->value );
			}
		}
		return $found;
	}
}

class WC_Order_Item_Product extends WC_Order_Item {
	protected $data = array( 'order_id' => 0, 'name' => '', 'product_id' => 0, 'variation_id' => 0, 'quantity' => 1, 'tax_class' => '', 'subtotal' => 0, 'total' => 0, 'subtotal_tax' => 0, 'total_tax' => 0, 'variation' => array() );

	public function get_type() {
		return 'line_item';
	}

	public function get_product() {
		return wc_get_product( $this->data['variation_id'] ?: $this->data['product_id'] );
	}
}

class WC_Order_Item_Fee extends WC_Order_Item {
	protected $data = array( 'order_id' => 0, 'name' => '', 'amount' => '', 'total' => 0, 'total_tax' => 0, 'tax_class' => '', 'tax_status' => 'taxable' );

	public function get_type() {
		return 'fee';
	}
}

class WC_Order_Item_Coupon extends WC_Order_Item {
	protected $data = array( 'order_id' => 0, 'name' => '', 'code' => '', 'discount' => 0, 'discount_tax' => 0 );

	public function get_type() {
		return 'coupon';
	}
}

class WC_Order extends WC_Data {
	const ADDRESS          = array( 'first_name', 'last_name', 'company', 'address_1', 'address_2', 'city', 'state', 'postcode', 'country', 'email', 'phone' );
	protected $object_type = 'order';
	protected $dates       = array( 'date_created', 'date_modified', 'date_paid', 'date_completed' );
	protected $items       = array();
	protected $moves       = array();
	protected $data        = array( 'parent_id' => 0, 'status' => 'pending', 'currency' => '', 'version' => WC_VERSION, 'prices_include_tax' => false, 'date_created' => null, 'date_modified' => null, 'discount_total' => 0,
		'discount_tax' => 0, 'shipping_total' => 0, 'shipping_tax' => 0, 'cart_tax' => 0, 'total' => 0, 'total_tax' => 0, 'customer_id' => 0, 'order_key' => '', 'payment_method' => '', 'payment_method_title' => '',
		'transaction_id' => '', 'customer_ip_address' => '', 'customer_user_agent' => '', 'created_via' => '', 'customer_note' => '', 'date_completed' => null, 'date_paid' => null, 'cart_hash' => '' );

	public function __construct( $order = 0 ) {
		foreach ( self::ADDRESS as $field ) {
			$this->data[ "billing_$field" ]  = '';
			$this->data[ "shipping_$field" ] = '';
		}
		if ( $order ) {
			$this->read( (int) $order );
		}
	}

	private function read( $id ) {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}wc_orders WHERE id = %d", $id ) );
		if ( ! $row ) {
			throw new Exception( 'Invalid order.' );
		}
		$this->id = (int) $row->id;
		list( $data, $this->items ) = unserialize( $row->data ); // phpcs:ignore
		$this->data = array_merge( $this->data, $data, array( 'status' => substr( $row->status, 0, 3 ) === 'wc-' ? substr( $row->status, 3 ) : $row->status ) );
		foreach ( $wpdb->get_results( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}wc_orders_meta WHERE order_id = %d ORDER BY id", $id ) ) as $line ) {
			$this->meta[] = new WC_Meta_Data( $line->meta_key, maybe_unserialize( $line->meta_value ), (int) $line->id );
		}
	}

	public function save() {
		global $wpdb;
		$fresh = ! $this->id;
		$this->data['currency']      = $this->data['currency'] ?: get_woocommerce_currency();
		$this->data['order_key']     = $this->data['order_key'] ?: 'wc_order_' . wp_generate_password( 13, false );
		$this->data['date_created']  = $this->data['date_created'] ?: wc_string_to_datetime( time() );
		$this->data['date_modified'] = wc_string_to_datetime( time() );
		foreach ( $this->items as $item ) {
			$item->save();
		}
		$row = array( 'type' => 'shop_order', 'status' => 'wc-' . $this->data['status'], 'customer_id' => $this->data['customer_id'], 'billing_email' => $this->data['billing_email'], 'total_amount' => $this->data['total'], 'currency' => $this->data['currency'],
			'date_created_gmt' => gmdate( 'Y-m-d H:i:s', $this->data['date_created']->getTimestamp() ), 'date_updated_gmt' => gmdate( 'Y-m-d H:i:s' ), 'data' => serialize( array( $this->data, $this->items ) ) ); // phpcs:ignore
		$fresh ? $wpdb->insert( $wpdb->prefix . 'wc_orders', $row ) : $wpdb->update( $wpdb->prefix . 'wc_orders', $row, array( 'id' => $this->id ) );
		$this->id = $fresh ? (int) $wpdb->insert_id : $this->id;
		$this->write_meta();
		do_action( $fresh ? 'woocommerce_new_order' : 'woocommerce_update_order', $this->id, $this );
		do_action( 'woocommerce_after_order_object_save', $this, null );
		$this->tell_moves();
		return $this->id;
	}

	private function write_meta() {
		global $wpdb;
		$wpdb->delete( $wpdb->prefix . 'wc_orders_meta', array( 'order_id' => $this->id ) );
		foreach ( $this->meta as $line ) {
			$wpdb->insert( $wpdb->prefix . 'wc_orders_meta', array( 'order_id' => $this->id, 'meta_key' => $line->key, 'meta_value' => maybe_serialize( $line->value ) ) ); // phpcs:ignore
			$line->id = (int) $wpdb->insert_id;
		}
	}

	private function tell_moves() {
		$moves       = $this->moves;
		$this->moves = array();
		foreach ( $moves as list( $from, $to ) ) {
			do_action( "woocommerce_order_status_$to", $this->id, $this );
			do_action( "woocommerce_order_status_{$from}_to_$to", $this->id, $this );
			do_action( 'woocommerce_order_status_changed', $this->id, $from, $to, $this );
		}
	}

	public function set_status( $status, $note = '', $manual = false ) {
		$status = 0 === strpos( $status, 'wc-' ) ? substr( $status, 3 ) : $status;
		$from   = $this->data['status'];
		if ( $from !== $status ) {
			$this->moves[] = array( $from, $status );
		}
		$this->data['status'] = $status;
		$paid                 = in_array( $status, array( 'processing', 'completed' ), true );
		$this->data['date_paid']      = $paid && ! $this->data['date_paid'] ? wc_string_to_datetime( time() ) : $this->data['date_paid'];
		$this->data['date_completed'] = 'completed' === $status && ! $this->data['date_completed'] ? wc_string_to_datetime( time() ) : $this->data['date_completed'];
	}

	public function update_status( $status, $note = '', $manual = false ) {
		$this->set_status( $status, $note );
		$this->save();
		return true;
	}

	public function has_status( $status ) {
		return in_array( $this->data['status'], (array) $status, true );
	}

	public function is_paid() {
		return $this->has_status( array( 'processing', 'completed' ) );
	}

	public function payment_complete( $transaction = '' ) {
		do_action( 'woocommerce_pre_payment_complete', $this->id, $transaction );
		$this->update_status( apply_filters( 'woocommerce_payment_complete_order_status', 'processing', $this->id, $this ) );
		do_action( 'woocommerce_payment_complete', $this->id, $transaction );
		return true;
	}

	public function add_product( $product, $quantity = 1, $args = array() ) {
		$item      = new WC_Order_Item_Product();
		$variation = $product->is_type( 'variation' );
		$total     = (float) $product->get_price() * $quantity;
		$item->set_props( array( 'name' => $product->get_name(), 'product_id' => $variation ? $product->get_parent_id() : $product->get_id(), 'variation_id' => $variation ? $product->get_id() : 0, 'quantity' => $quantity, 'subtotal' => $total, 'total' => $total ) );
		$this->add_item( $item );
		return $item->save();
	}

	public function add_item( $item ) {
		$this->items[] = $item;
	}

	public function remove_order_items( $type = null ) {
		$this->items = array_filter( $this->items, function ( $item ) use ( $type ) { return $type && $item->get_type() !== $type; } );
	}

	public function get_items( $types = 'line_item' ) {
		$found = array();
		foreach ( $this->items as $item ) {
			if ( in_array( $item->get_type(), (array) $types, true ) ) {
				$found[ $item->save() ] = $item;
			}
		}
		return apply_filters( 'woocommerce_order_get_items', $found, $this, (array) $types );
	}

	public function get_fees() {
		return $this->get_items( 'fee' );
	}

	public function get_coupon_codes() {
		return array_values( array_map( function ( $item ) { return $item->get_code(); }, $this->get_items( 'coupon' ) ) );
	}

	public function calculate_totals( $and_taxes = true ) {
		$total = 0;
		foreach ( $this->get_items( array( 'line_item', 'fee' ) ) as $item ) {
			$total += (float) $item->get_total();
		}
		$this->data['total'] = wc_format_decimal( $total, '' );
		return $total;
	}

	public function get_item_total( $item, $inc_tax = false, $round = true ) {
		return $item->get_quantity() ? round( $item->get_total() / $item->get_quantity(), $round ? wc_get_price_decimals() : 10 ) : 0;
	}

	public function get_item_subtotal( $item, $inc_tax = false, $round = true ) {
		return $item->get_quantity() ? round( $item->get_subtotal() / $item->get_quantity(), $round ? wc_get_price_decimals() : 10 ) : 0;
	}

	public function get_line_total( $item, $inc_tax = false, $round = true ) {
		return $item->get_total();
	}

	public function get_item_count( $type = '' ) {
		return array_sum( array_map( function ( $item ) { return $item->get_quantity(); }, $this->get_items() ) );
	}

	public function get_order_number() {
		return (string) apply_filters( 'woocommerce_order_number', $this->id, $this );
	}

	public function get_user_id( $context = 'view' ) {
		return (int) $this->data['customer_id'];
	}

	public function get_user() {
		return $this->data['customer_id'] ? get_user_by( 'id', $this->data['customer_id'] ) : false;
	}

	public function get_formatted_order_total() {
		return wc_price( $this->data['total'] );
	}

	public function get_checkout_order_received_url() {
		return add_query_arg( 'key', $this->data['order_key'], wc_get_endpoint_url( 'order-received', $this->id, wc_get_checkout_url() ) );
	}

	public function get_view_order_url() {
		return wc_get_endpoint_url( 'view-order', $this->id, wc_get_page_permalink( 'myaccount' ) );
	}

	public function get_type() {
		return 'shop_order';
	}

	public function get_refunds() {
		return array();
	}

	public function key_is_valid( $key ) {
		return hash_equals( $this->data['order_key'], $key );
	}

	public function add_order_note( $note, $is_customer = 0, $by_user = false ) {
		return 1;
	}

	public function delete( $force = false ) {
		global $wpdb;
		$wpdb->delete( $wpdb->prefix . 'wc_orders', array( 'id' => $this->id ) );
		$wpdb->delete( $wpdb->prefix . 'wc_orders_meta', array( 'order_id' => $this->id ) );
		do_action( 'woocommerce_delete_order', $this->id );
		return true;
	}
}

function wc_get_order( $order = false ) {
	if ( $order instanceof WC_Order ) {
		return $order;
	}
	try {
		return $order && is_scalar( $order ) ? new WC_Order( absint( $order ) ) : false;
	} catch ( Exception $e ) {
		return false;
	}
}

function wc_create_order( $args = array() ) {
	$order = new WC_Order();
	$order->set_props( array_intersect_key( $args, array_flip( array( 'status', 'customer_id', 'customer_note', 'created_via' ) ) ) );
	$order->save();
	return $order;
}

/** Orders by WC_Order_Query's words; those that no test uses are missing. */
function wc_get_orders( $args ) {
	global $wpdb;
	$args  = wp_parse_args( $args, array( 'limit' => 10, 'page' => 1, 'return' => 'objects', 'status' => array(), 'orderby' => 'date', 'order' => 'DESC', 'paginate' => false ) );
	$where = array( '1=1' );
	if ( $args['status'] && 'any' !== $args['status'] ) {
		$names   = array_map( function ( $s ) { return "'wc-" . esc_sql( preg_replace( '/^wc-/', '', $s ) ) . "'"; }, (array) $args['status'] );
		$where[] = 'status IN (' . implode( ',', $names ) . ')';
	}
	foreach ( array( 'customer_id' => 'customer_id', 'billing_email' => 'billing_email' ) as $word => $column ) {
		isset( $args[ $word ] ) ? $where[] = $wpdb->prepare( "$column = %s", $args[ $word ] ) : null;
	}
	foreach ( isset( $args['customer'] ) ? array( (array) $args['customer'] ) : array() as $any ) {
		$where[] = '(' . implode( ' OR ', array_map( function ( $one ) use ( $wpdb ) { return is_numeric( $one ) ? $wpdb->prepare( 'customer_id = %d', $one ) : $wpdb->prepare( 'billing_email = %s', $one ); }, $any ) ) . ')';
	}
	if ( ! empty( $args['meta_key'] ) || ! empty( $args['meta_query'] ) ) {
		foreach ( $args['meta_query'] ?? array( array( 'key' => $args['meta_key'], 'value' => $args['meta_value'] ?? null ) ) as $one ) {
			$value   = isset( $one['value'] ) ? $wpdb->prepare( ' AND m.meta_value = %s', $one['value'] ) : '';
			$where[] = $wpdb->prepare( "EXISTS (SELECT 1 FROM {$wpdb->prefix}wc_orders_meta m WHERE m.order_id = o.id AND m.meta_key = %s", $one['key'] ) . "$value)";
		}
	}
	$limit = $args['limit'] < 0 ? '' : $wpdb->prepare( 'LIMIT %d, %d', ( max( 1, $args['page'] ) - 1 ) * $args['limit'], $args['limit'] );
	$order = ( 'ID' === strtoupper( $args['orderby'] ) ? 'id' : 'date_created_gmt' ) . ( 'ASC' === strtoupper( $args['order'] ) ? ' ASC' : ' DESC' );
	$ids   = array_map( 'intval', $wpdb->get_col( "SELECT id FROM {$wpdb->prefix}wc_orders o WHERE " . implode( ' AND ', $where ) . " ORDER BY $order, id DESC $limit" ) );
	$found = 'ids' === $args['return'] ? $ids : array_map( 'wc_get_order', $ids );
	return $args['paginate'] ? (object) array( 'orders' => $found, 'total' => count( $found ), 'max_num_pages' => 1 ) : $found;
}

function wc_get_order_statuses() {
	return array( 'wc-pending' => 'Pending payment', 'wc-processing' => 'Processing', 'wc-on-hold' => 'On hold', 'wc-completed' => 'Completed', 'wc-cancelled' => 'Cancelled', 'wc-refunded' => 'Refunded', 'wc-failed' => 'Failed' );
}

function wc_get_is_paid_statuses() {
	return array( 'processing', 'completed' );
}

/** Paid: the goods are taken off the shelf, once. */
function wc_maybe_reduce_stock_levels( $order_id ) {
	$order = wc_get_order( $order_id );
	if ( ! $order || $order->get_meta( '_order_stock_reduced' ) || 'rest-api' === $order->get_created_via() ) {
		return;
	}
	$order->update_meta_data( '_order_stock_reduced', 'yes' );
	$order->save();
	foreach ( $order->get_items() as $item ) {
		$product = $item->get_product();
		if ( $product && $product->managing_stock() ) {
			wc_update_product_stock( $product, $item->get_quantity(), 'decrease' );
		}
	}
	do_action( 'woocommerce_reduce_order_stock', $order );
}
foreach ( array( 'completed', 'processing', 'on-hold' ) as $wc_status ) {
	add_action( "woocommerce_order_status_$wc_status", 'wc_maybe_reduce_stock_levels' );
}

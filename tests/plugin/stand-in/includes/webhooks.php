<?php
/** Webhooks: kept in their table, delivered by the background as signed POSTs. */

class WC_Webhooks {
	const EVENTS = array(
		'woocommerce_new_order' => array( 'order.created', 'orders' ), 'woocommerce_update_order' => array( 'order.updated', 'orders' ),
		'woocommerce_new_product' => array( 'product.created', 'products' ), 'woocommerce_update_product' => array( 'product.updated', 'products' ),
		'woocommerce_created_customer' => array( 'customer.created', 'customers' ), 'woocommerce_update_customer' => array( 'customer.updated', 'customers' ),
		'woocommerce_new_coupon' => array( 'coupon.created', 'coupons' ), 'woocommerce_update_coupon' => array( 'coupon.updated', 'coupons' ),
	);
	private static $told = array();

	public static function hooks() {
		foreach ( self::EVENTS as $hook => list( $topic, $list ) ) {
			add_action( $hook, function ( $id ) use ( $topic, $list ) { self::happened( $topic, $list, $id ); }, 20 );
		}
		add_action( 'woocommerce_deliver_webhook_async', array( __CLASS__, 'deliver' ), 10, 3 );
	}

	private static function happened( $topic, $list, $id ) {
		global $wpdb;
		if ( isset( self::$told[ "$topic $id" ] ) || ! get_option( 'woocommerce_db_version' ) ) {
			return;
		}
		self::$told[ "$topic $id" ] = true;
		foreach ( $wpdb->get_col( $wpdb->prepare( "SELECT webhook_id FROM {$wpdb->prefix}wc_webhooks WHERE topic = %s AND status = 'active'", $topic ) ) as $hook ) {
			as_enqueue_async_action( 'woocommerce_deliver_webhook_async', array( (int) $hook, $list, (int) $id ), 'woocommerce-webhooks' );
		}
	}

	public static function deliver( $webhook_id, $list, $id ) {
		global $wpdb;
		$hook = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}wc_webhooks WHERE webhook_id = %d", $webhook_id ) );
		$row  = $hook ? WC_REST_Rows::row( $list, $id ) : null;
		if ( ! $row ) {
			return;
		}
		wp_set_current_user( (int) $hook->user_id );
		$body   = trim( wp_json_encode( $row ) );
		$answer = wp_remote_post( $hook->delivery_url, array( 'body' => $body, 'timeout' => 20, 'httpversion' => '1.0', 'headers' => array(
			'Content-Type' => 'application/json', 'X-WC-Webhook-Source' => home_url( '/' ), 'X-WC-Webhook-Topic' => $hook->topic, 'X-WC-Webhook-Resource' => strtok( $hook->topic, '.' ), 'X-WC-Webhook-Event' => substr( strrchr( $hook->topic, '.' ), 1 ),
			'X-WC-Webhook-Signature' => base64_encode( hash_hmac( 'sha256', $body, $hook->secret, true ) ), 'X-WC-Webhook-ID' => $webhook_id, 'X-WC-Webhook-Delivery-ID' => wp_hash( $webhook_id . microtime() ) ) ) );
		$wpdb->query( $wpdb->prepare( "UPDATE {$wpdb->prefix}wc_webhooks SET failure_count = IF(%d, 0, failure_count + 1) WHERE webhook_id = %d", 2 === intdiv( (int) wp_remote_retrieve_response_code( $answer ), 100 ), $webhook_id ) );
	}

	/* ---- the REST API's ---- */

	public static function row( $id ) {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}wc_webhooks WHERE webhook_id = %d", $id ) );
		$at  = $row ? str_replace( ' ', 'T', $row->date_created_gmt ) : '';
		return $row ? array( 'id' => (int) $row->webhook_id, 'name' => $row->name, 'status' => $row->status, 'topic' => $row->topic, 'resource' => strtok( $row->topic, '.' ), 'event' => substr( strrchr( $row->topic, '.' ), 1 ), 'hooks' => array(), 'delivery_url' => $row->delivery_url, 'date_created' => $at, 'date_created_gmt' => $at, 'date_modified' => $at, 'date_modified_gmt' => $at ) : null;
	}

	private static function make( $given ) {
		global $wpdb;
		$wpdb->insert( $wpdb->prefix . 'wc_webhooks', array( 'status' => $given['status'] ?? 'active', 'name' => $given['name'] ?? 'Webhook', 'user_id' => get_current_user_id(), 'delivery_url' => $given['delivery_url'], 'secret' => $given['secret'] ?? '', 'topic' => $given['topic'], 'date_created_gmt' => gmdate( 'Y-m-d H:i:s' ), 'date_modified_gmt' => gmdate( 'Y-m-d H:i:s' ) ) );
		$id = (int) $wpdb->insert_id;
		wp_remote_post( $given['delivery_url'], array( 'body' => array( 'webhook_id' => $id ), 'timeout' => 5 ) );
		return self::row( $id );
	}

	public static function create( $request ) {
		return new WP_REST_Response( self::make( $request->get_params() ), 201 );
	}

	public static function change( $request ) {
		global $wpdb;
		$new = array_intersect_key( $request->get_json_params(), array_flip( array( 'status', 'name', 'delivery_url', 'secret', 'topic' ) ) );
		$wpdb->update( $wpdb->prefix . 'wc_webhooks', $new, array( 'webhook_id' => (int) $request['id'] ) );
		return self::row( (int) $request['id'] ) ?: new WP_Error( 'woocommerce_rest_shop_webhook_invalid_id', 'Invalid ID.', array( 'status' => 404 ) );
	}

	public static function delete( $request ) {
		global $wpdb;
		$row = self::row( (int) $request['id'] );
		$wpdb->delete( $wpdb->prefix . 'wc_webhooks', array( 'webhook_id' => (int) $request['id'] ) );
		return $row ?: new WP_Error( 'woocommerce_rest_shop_webhook_invalid_id', 'Invalid ID.', array( 'status' => 404 ) );
	}

	public static function batch( $request ) {
		$answer = array();
		foreach ( (array) $request['create'] as $given ) {
			$answer['create'][] = self::make( $given );
		}
		foreach ( (array) $request['delete'] as $id ) {
			$inner = new WP_REST_Request( 'DELETE' );
			$inner->set_param( 'id', $id );
			$answer['delete'][] = self::delete( $inner );
		}
		return $answer;
	}
}
WC_Webhooks::hooks();

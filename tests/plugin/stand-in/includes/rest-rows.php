<?php
/** Rows of the REST API: which there are, and what one looks like. */

class WC_REST_Rows {

	/** Ids of a list, its filters applied. */
	public static function ids( $name, $request ) {
		global $wpdb;
		$since = '';
		if ( ! empty( $request['modified_after'] ) && in_array( $name, array( 'products', 'variations', 'orders', 'coupons' ), true ) ) {
			$since = gmdate( 'Y-m-d H:i:s', strtotime( $request['modified_after'] . ( preg_match( '/(Z|[+-]\d\d:\d\d)$/', $request['modified_after'] ) ? '' : ' UTC' ) ) );
		}
		$only   = ! empty( $request['include'] ) ? array_map( 'intval', is_array( $request['include'] ) ? $request['include'] : explode( ',', $request['include'] ) ) : null;
		$status = ! empty( $request['status'] ) && 'any' !== $request['status'] ? (string) $request['status'] : '';
		switch ( $name ) {
			case 'products':
			case 'coupons':
				$type  = 'products' === $name ? 'product' : 'shop_coupon';
				$where = $status ? $wpdb->prepare( 'post_status = %s', $status ) : "post_status IN ('publish', 'draft', 'pending', 'private')";
				$ids   = $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE post_type = %s AND post_modified_gmt > %s AND $where", $type, $since ) );
				break;
			case 'variations':
				$ids = $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE post_type = 'product_variation' AND post_parent = %d AND post_modified_gmt > %s", $request['parent'], $since ) );
				break;
			case 'orders':
				$where = $status ? $wpdb->prepare( 'status = %s', "wc-$status" ) : "status <> 'wc-checkout-draft'";
				$ids   = $wpdb->get_col( $wpdb->prepare( "SELECT id FROM {$wpdb->prefix}wc_orders WHERE date_updated_gmt > %s AND $where", $since ) );
				break;
			case 'customers':
				$role = $request['role'] ?? 'customer';
				$ids  = get_users( array( 'fields' => 'ID' ) + ( 'all' === $role ? array() : array( 'role' => $role ) ) );
				break;
			case 'webhooks':
				$ids = $wpdb->get_col( "SELECT webhook_id FROM {$wpdb->prefix}wc_webhooks" );
				break;
			case 'products/reviews':
				$ids = get_comments( array( 'post_type' => 'product', 'fields' => 'ids' ) );
				break;
			default:
				$ids = get_terms( array( 'taxonomy' => 'products/tags' === $name ? 'product_tag' : 'product_cat', 'hide_empty' => false, 'fields' => 'ids' ) );
		}
		$ids = array_map( 'intval', $ids );
		return null === $only ? $ids : array_values( array_intersect( $ids, $only ) );
	}

	/** One row, or null. */
	public static function row( $name, $id ) {
		switch ( $name ) {
			case 'products':
			case 'variations':
				$product = wc_get_product( $id );
				return $product ? self::product( $product ) : null;
			case 'orders':
				$order = wc_get_order( $id );
				return $order ? self::order( $order ) : null;
			case 'customers':
				return get_user_by( 'id', $id ) ? self::customer( new WC_Customer( $id ) ) : null;
			case 'coupons':
				return self::coupon( new WC_Coupon( $id ) );
			case 'webhooks':
				return WC_Webhooks::row( $id );
			case 'products/reviews':
				return self::review( get_comment( $id ) );
		}
		$term = get_term( $id );
		return $term && ! is_wp_error( $term ) ? array( 'id' => $term->term_id, 'name' => $term->name, 'slug' => $term->slug, 'parent' => $term->parent, 'description' => $term->description, 'display' => 'default', 'image' => null, 'menu_order' => 0, 'count' => $term->count ) : null;
	}

	private static function dates( $names, $object ) {
		$found = array();
		foreach ( $names as $name ) {
			$date                   = $object->{"get_$name"}();
			$found[ $name ]         = $date ? gmdate( 'Y-m-d\TH:i:s', $date->getOffsetTimestamp() ) : null;
			$found[ "{$name}_gmt" ] = $date ? gmdate( 'Y-m-d\TH:i:s', $date->getTimestamp() ) : null;
		}
		return $found;
	}

	private static function meta( $object ) {
		return array_map( function ( $line ) { return $line->get_data(); }, $object->get_meta_data() );
	}

	private static function terms( $ids, $taxonomy ) {
		return array_map( function ( $id ) use ( $taxonomy ) {
			$term = get_term( $id, $taxonomy );
			return array( 'id' => (int) $id, 'name' => $term->name, 'slug' => $term->slug );
		}, $ids );
	}

	private static function product( $product ) {
		$variation  = $product->is_type( 'variation' );
		$attributes = array();
		foreach ( $product->get_attributes() as $key => $attribute ) {
			$attributes[] = is_object( $attribute ) ? array( 'id' => 0, 'name' => $attribute->get_name(), 'position' => 0, 'visible' => (bool) $attribute->get_visible(), 'variation' => (bool) $attribute->get_variation(), 'options' => $attribute->get_options() ) : array( 'id' => 0, 'name' => $key, 'option' => $attribute );
		}
		$row = array( 'id' => $product->get_id() ) + self::dates( array( 'date_created', 'date_modified', 'date_on_sale_from', 'date_on_sale_to' ), $product );
		foreach ( array( 'name', 'slug', 'status', 'description', 'short_description', 'sku', 'price', 'regular_price', 'sale_price', 'total_sales', 'featured', 'catalog_visibility', 'tax_status', 'tax_class', 'manage_stock', 'stock_quantity', 'stock_status', 'backorders', 'sold_individually', 'weight', 'virtual', 'downloadable', 'upsell_ids', 'cross_sell_ids', 'parent_id', 'purchase_note', 'reviews_allowed', 'menu_order', 'default_attributes' ) as $name ) {
			$row[ $name ] = $product->{"get_$name"}();
		}
		return array_merge( $row, array( 'type' => $product->get_type(), 'permalink' => $product->get_permalink(), 'on_sale' => $product->is_on_sale(), 'purchasable' => $product->is_purchasable(), 'average_rating' => '0.00', 'rating_count' => 0, 'low_stock_amount' => null, 'shipping_class' => '',
			'dimensions' => array( 'length' => '', 'width' => '', 'height' => '' ), 'categories' => $variation ? array() : self::terms( $product->get_category_ids(), 'product_cat' ), 'tags' => $variation ? array() : self::terms( $product->get_tag_ids(), 'product_tag' ),
			'images' => array( array( 'id' => 0, 'src' => wc_placeholder_img_src(), 'name' => '', 'alt' => '' ) ), 'attributes' => $attributes, 'variations' => $product->get_children(), 'grouped_products' => array(), 'meta_data' => self::meta( $product ) ) );
	}

	private static function order( $order ) {
		$money = function ( $value ) { return number_format( (float) $value, 2, '.', '' ); };
		$row   = array( 'id' => $order->get_id(), 'number' => $order->get_order_number() ) + self::dates( array( 'date_created', 'date_modified', 'date_paid', 'date_completed' ), $order );
		foreach ( array( 'parent_id', 'status', 'currency', 'version', 'prices_include_tax', 'customer_id', 'order_key', 'payment_method', 'payment_method_title', 'transaction_id', 'customer_ip_address', 'customer_user_agent', 'created_via', 'customer_note', 'cart_hash' ) as $name ) {
			$row[ $name ] = $order->{"get_$name"}();
		}
		foreach ( array( 'discount_total', 'discount_tax', 'shipping_total', 'shipping_tax', 'cart_tax', 'total', 'total_tax' ) as $name ) {
			$row[ $name ] = $money( $order->{"get_$name"}() );
		}
		foreach ( array( 'billing', 'shipping' ) as $kind ) {
			foreach ( WC_Order::ADDRESS as $field ) {
				$row[ $kind ][ $field ] = $order->{"get_{$kind}_$field"}();
			}
		}
		$lines = array( 'line_items' => array(), 'fee_lines' => array(), 'coupon_lines' => array() );
		foreach ( $order->get_items( array( 'line_item', 'fee', 'coupon' ) ) as $id => $item ) {
			$plain = array( 'id' => $id, 'name' => $item->get_name(), 'meta_data' => self::meta( $item ) );
			if ( $item->is_type( 'line_item' ) ) {
				$product               = $item->get_product();
				$lines['line_items'][] = $plain + array( 'product_id' => $item->get_product_id(), 'variation_id' => $item->get_variation_id(), 'quantity' => $item->get_quantity(), 'tax_class' => '', 'subtotal' => $money( $item->get_subtotal() ), 'subtotal_tax' => '0.00', 'total' => $money( $item->get_total() ), 'total_tax' => '0.00', 'taxes' => array(), 'sku' => $product ? $product->get_sku() : '', 'price' => $item->get_quantity() ? $item->get_total() / $item->get_quantity() : 0 );
			} elseif ( $item->is_type( 'fee' ) ) {
				$lines['fee_lines'][] = $plain + array( 'amount' => $item->get_amount(), 'total' => $money( $item->get_total() ), 'total_tax' => '0.00' );
			} else {
				$lines['coupon_lines'][] = $plain + array( 'code' => $item->get_code(), 'discount' => $money( $item->get_discount() ), 'discount_tax' => '0.00' );
			}
		}
		return array_merge( $row, $lines, array( 'tax_lines' => array(), 'shipping_lines' => array(), 'refunds' => array(), 'meta_data' => self::meta( $order ) ) );
	}

	private static function customer( $customer ) {
		$user = get_user_by( 'id', $customer->get_id() );
		$row  = array( 'id' => $customer->get_id(), 'email' => $user->user_email, 'first_name' => $user->first_name, 'last_name' => $user->last_name, 'role' => $user->roles[0] ?? '', 'username' => $user->user_login, 'is_paying_customer' => $customer->get_is_paying_customer(), 'meta_data' => array() ) + self::dates( array( 'date_created', 'date_modified' ), $customer );
		foreach ( WC_Order::ADDRESS as $field ) {
			$row['billing'][ $field ]  = $customer->{"get_billing_$field"}();
			$row['shipping'][ $field ] = '';
		}
		return $row;
	}

	private static function coupon( $coupon ) {
		if ( ! $coupon->get_id() ) {
			return null;
		}
		$row = array( 'id' => $coupon->get_id() ) + self::dates( array( 'date_created', 'date_modified', 'date_expires' ), $coupon );
		foreach ( array( 'code', 'amount', 'status', 'discount_type', 'description', 'usage_count', 'individual_use', 'product_ids', 'minimum_amount', 'maximum_amount' ) as $name ) {
			$row[ $name ] = $coupon->{"get_$name"}();
		}
		return array_merge( $row, array( 'amount' => number_format( (float) $row['amount'], 2, '.', '' ), 'meta_data' => array() ) );
	}

	private static function review( $comment ) {
		return $comment ? array( 'id' => (int) $comment->comment_ID, 'date_created_gmt' => str_replace( ' ', 'T', $comment->comment_date_gmt ), 'product_id' => (int) $comment->comment_post_ID, 'status' => 'approved', 'reviewer' => $comment->comment_author, 'reviewer_email' => $comment->comment_author_email, 'review' => $comment->comment_content, 'rating' => (int) get_comment_meta( $comment->comment_ID, 'rating', true ), 'verified' => false ) : null;
	}
}

<?php
/** Coupons: a percentage or an amount off the whole cart. */

class WC_Coupon extends WC_Data {
	protected $object_type = 'coupon';
	protected $data        = array( 'code' => '', 'amount' => 0, 'status' => 'publish', 'date_created' => null, 'date_modified' => null, 'date_expires' => null, 'discount_type' => 'fixed_cart', 'description' => '', 'usage_count' => 0, 'individual_use' => false, 'product_ids' => array(), 'usage_limit' => 0, 'minimum_amount' => '', 'maximum_amount' => '' );

	public function __construct( $coupon = '' ) {
		$post = is_numeric( $coupon ) ? get_post( (int) $coupon ) : ( $coupon ? get_page_by_path( sanitize_title( $coupon ), OBJECT, 'shop_coupon' ) : null );
		if ( $post && 'shop_coupon' === $post->post_type ) {
			$this->id   = $post->ID;
			$this->data = array_merge( $this->data, (array) get_post_meta( $post->ID, '_stand_in', true ), array( 'code' => $post->post_title, 'date_created' => wc_string_to_datetime( $post->post_date_gmt ), 'date_modified' => wc_string_to_datetime( $post->post_modified_gmt ) ) );
		} elseif ( is_string( $coupon ) ) {
			$this->data['code'] = $coupon;
		}
	}

	public function save() {
		$fresh    = ! $this->id;
		$this->id = wp_insert_post( array( 'ID' => $this->id, 'post_type' => 'shop_coupon', 'post_title' => $this->data['code'], 'post_name' => sanitize_title( $this->data['code'] ), 'post_status' => 'publish' ) );
		update_post_meta( $this->id, '_stand_in', array_diff_key( $this->data, array( 'date_created' => 1, 'date_modified' => 1 ) ) );
		do_action( $fresh ? 'woocommerce_new_coupon' : 'woocommerce_update_coupon', $this->id, $this );
		return $this->id;
	}

	public function is_type( $type ) {
		return in_array( $this->data['discount_type'], (array) $type, true );
	}

	/** @throws Exception With what to tell the visitor. */
	public function check() {
		if ( ! $this->id ) {
			throw new Exception( sprintf( 'Coupon "%s" does not exist!', esc_html( $this->data['code'] ) ) );
		}
		if ( ! apply_filters( 'woocommerce_coupon_is_valid', true, $this, new WC_Discounts( WC()->cart ) ) ) {
			throw new Exception( 'Coupon is not valid.' );
		}
	}

	public function is_valid() {
		try {
			$this->check();
			return true;
		} catch ( Exception $e ) {
			return false;
		}
	}
}

/** What filters about coupons get as their last argument. */
class WC_Discounts {
	private $cart;

	public function __construct( $cart ) {
		$this->cart = $cart;
	}

	public function get_object() {
		return $this->cart;
	}
}

function wc_format_coupon_code( $code ) {
	return strtolower( trim( $code ) );
}

function wc_coupons_enabled() {
	return apply_filters( 'woocommerce_coupons_enabled', 'yes' === get_option( 'woocommerce_enable_coupons' ) );
}

<?php
/** Who is there: the session in a table and a cookie, and the customer. */

class WC_Session_Handler {
	protected $customer_id = '';
	protected $data        = array();
	protected $dirty       = false;
	protected $has_cookie  = false;
	private $cookie;

	public function __construct() {
		$this->cookie = 'wp_woocommerce_session_' . COOKIEHASH;
	}

	public function init() {
		$said = $this->get_session_cookie();
		if ( $said ) {
			$this->customer_id = $said;
			$this->has_cookie  = true;
			$this->data        = $this->get_session( $said );
			if ( is_user_logged_in() && (string) get_current_user_id() !== $said ) {
				$this->move_to( (string) get_current_user_id() );
			}
		} else {
			$this->customer_id = is_user_logged_in() ? (string) get_current_user_id() : $this->generate_customer_id();
			$this->data        = $this->get_session( $this->customer_id );
		}
		add_action( 'woocommerce_set_cart_cookies', array( $this, 'set_customer_session_cookie' ) );
		add_action( 'shutdown', array( $this, 'save_data' ), 20 );
		add_action( 'wp_logout', array( $this, 'destroy_session' ) );
	}

	/** A guest who logs in keeps what he had. */
	private function move_to( $customer_id ) {
		global $wpdb;
		$wpdb->delete( $wpdb->prefix . 'woocommerce_sessions', array( 'session_key' => $this->customer_id ) );
		$this->customer_id = $customer_id;
		$this->dirty       = true;
		$this->set_customer_session_cookie( true );
	}

	public function get_session_cookie() {
		$parts = explode( '||', isset( $_COOKIE[ $this->cookie ] ) ? wp_unslash( $_COOKIE[ $this->cookie ] ) : '' );
		return 3 === count( $parts ) && (int) $parts[1] > time() && hash_equals( hash_hmac( 'md5', "$parts[0]|$parts[1]", wp_salt() ), $parts[2] ) ? $parts[0] : '';
	}

	public function set_customer_session_cookie( $set ) {
		if ( $set && ! headers_sent() ) {
			$until            = time() + 2 * DAY_IN_SECONDS;
			$this->has_cookie = true;
			$value            = "$this->customer_id||$until||" . hash_hmac( 'md5', "$this->customer_id|$until", wp_salt() );
			if ( ( $_COOKIE[ $this->cookie ] ?? '' ) !== $value ) {
				wc_setcookie( $this->cookie, $value, $until, false, true );
				$_COOKIE[ $this->cookie ] = $value;
			}
		}
	}

	public function generate_customer_id() {
		return 't_' . bin2hex( random_bytes( 15 ) );
	}

	public function has_session() {
		return isset( $_COOKIE[ $this->cookie ] ) || $this->has_cookie || is_user_logged_in();
	}

	public function get_customer_id() {
		return $this->customer_id;
	}

	public function get_customer_unique_id() {
		return $this->has_session() ? $this->customer_id : '';
	}

	public function get( $key, $default = null ) {
		$key = sanitize_key( $key );
		return isset( $this->data[ $key ] ) ? maybe_unserialize( $this->data[ $key ] ) : $default;
	}

	public function set( $key, $value ) {
		if ( $value !== $this->get( $key ) ) {
			$this->data[ sanitize_key( $key ) ] = maybe_serialize( $value );
			$this->dirty                        = true;
		}
	}

	public function __get( $key ) {
		return $this->get( $key );
	}

	public function __set( $key, $value ) {
		$this->set( $key, $value );
	}

	public function __isset( $key ) {
		return isset( $this->data[ sanitize_key( $key ) ] );
	}

	public function __unset( $key ) {
		unset( $this->data[ sanitize_key( $key ) ] );
		$this->dirty = true;
	}

	public function get_session( $customer_id, $default = array() ) {
		global $wpdb;
		$found = $wpdb->get_var( $wpdb->prepare( "SELECT session_value FROM {$wpdb->prefix}woocommerce_sessions WHERE session_key = %s", $customer_id ) );
		return $found ? (array) maybe_unserialize( $found ) : $default;
	}

	public function save_data( $old_key = 0 ) {
		global $wpdb;
		if ( $this->dirty && $this->has_session() ) {
			$wpdb->query( $wpdb->prepare( "REPLACE INTO {$wpdb->prefix}woocommerce_sessions (session_key, session_value, session_expiry) VALUES (%s, %s, %d)", $this->customer_id, maybe_serialize( $this->data ), time() + 2 * DAY_IN_SECONDS ) );
			$this->dirty = false;
		}
	}

	public function destroy_session() {
		global $wpdb;
		$wpdb->delete( $wpdb->prefix . 'woocommerce_sessions', array( 'session_key' => $this->customer_id ) );
		wc_setcookie( $this->cookie, '', time() - YEAR_IN_SECONDS );
		$this->data        = array();
		$this->dirty       = false;
		$this->customer_id = $this->generate_customer_id();
	}

	public function forget_session() {
		$this->destroy_session();
	}
}

class WC_Customer extends WC_Data {
	protected $object_type = 'customer';
	private $in_session;

	public function __construct( $id = 0, $in_session = false ) {
		$this->id         = (int) $id;
		$this->in_session = $in_session;
		$kept             = $in_session && WC()->session ? (array) WC()->session->get( 'customer', array() ) : array();
		$user             = $this->id ? get_user_by( 'id', $this->id ) : null;
		$this->data       = array( 'email' => $user ? $user->user_email : '', 'first_name' => $user ? $user->first_name : '', 'last_name' => $user ? $user->last_name : '', 'display_name' => $user ? $user->display_name : '', 'username' => $user ? $user->user_login : '', 'date_created' => $user ? wc_string_to_datetime( $user->user_registered ) : null, 'date_modified' => null );
		foreach ( WC_Order::ADDRESS as $field ) {
			$this->data[ "billing_$field" ]  = $kept[ "billing_$field" ] ?? ( $user ? (string) get_user_meta( $this->id, "billing_$field", true ) : '' );
			$this->data[ "shipping_$field" ] = $kept[ "shipping_$field" ] ?? '';
		}
		$this->data['billing_email'] = $this->data['billing_email'] ?: $this->data['email'];
	}

	public function save() {
		if ( $this->in_session && WC()->session ) {
			WC()->session->set( 'customer', array_filter( $this->data, 'is_scalar' ) );
		}
		if ( $this->id ) {
			foreach ( WC_Order::ADDRESS as $field ) {
				update_user_meta( $this->id, "billing_$field", $this->data[ "billing_$field" ] );
			}
			do_action( 'woocommerce_update_customer', $this->id, $this );
		}
		return $this->id;
	}

	public function get_is_paying_customer() {
		return (bool) wc_get_orders( array( 'customer_id' => $this->id, 'status' => array( 'completed' ), 'limit' => 1, 'return' => 'ids' ) );
	}
}

function wc_create_new_customer( $email, $username = '', $password = '', $args = array() ) {
	$id = wp_insert_user( array_merge( $args, array( 'user_login' => $username ?: $email, 'user_email' => $email, 'user_pass' => $password ?: wp_generate_password(), 'role' => 'customer' ) ) );
	is_wp_error( $id ) || do_action( 'woocommerce_created_customer', $id, array(), false );
	return $id;
}

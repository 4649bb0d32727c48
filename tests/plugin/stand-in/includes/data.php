<?php
/** What products, variations, orders, coupons and customers have in common: properties by getters and setters, and meta data. */

/** A moment that knows its zone. */
class WC_DateTime extends DateTime {
	public function date( $format ) {
		return gmdate( $format, $this->getOffsetTimestamp() );
	}

	public function date_i18n( $format = 'Y-m-d' ) {
		return date_i18n( $format, $this->getOffsetTimestamp() );
	}

	public function getOffsetTimestamp() {
		return $this->getTimestamp() + (int) ( 3600 * (float) get_option( 'gmt_offset' ) );
	}

	public function __toString() {
		return $this->format( DATE_ATOM );
	}
}

function wc_string_to_datetime( $value ) {
	if ( $value instanceof WC_DateTime || null === $value || '' === $value ) {
		return $value ?: null;
	}
	$made = new WC_DateTime( '@' . ( is_numeric( $value ) ? (int) $value : strtotime( $value . ( preg_match( '/(Z|[+-]\d\d:?\d\d)$/', $value ) ? '' : ' UTC' ) ) ) );
	return $made->setTimezone( new DateTimeZone( 'UTC' ) );
}

/** One line of meta data. */
class WC_Meta_Data {
	public $id;
	public $key;
	public $value;

	public function __construct( $key, $value, $id = 0 ) {
		list( $this->key, $this->value, $this->id ) = array( $key, $value, $id );
	}

	public function get_data() {
		return array( 'id' => $this->id, 'key' => $this->key, 'value' => $this->value );
	}
}

/** Properties listed in $data are read by get_NAME() and written by set_NAME(). Reading for view goes through a filter, as in WooCommerce. */
abstract class WC_Data {
	protected $id          = 0;
	protected $data        = array();
	protected $object_type = '';
	protected $meta        = array();
	protected $dates       = array( 'date_created', 'date_modified' );

	public function __call( $method, $arguments ) {
		$name = substr( $method, 4 );
		if ( 0 === strpos( $method, 'get_' ) && array_key_exists( $name, $this->data ) ) {
			return $this->get_prop( $name, $arguments[0] ?? 'view' );
		}
		if ( 0 === strpos( $method, 'set_' ) && array_key_exists( $name, $this->data ) ) {
			return $this->set_prop( $name, $arguments[0] );
		}
		throw new Error( 'Call to undefined method ' . get_class( $this ) . "::$method()" );
	}

	protected function get_hook_prefix() {
		return "woocommerce_{$this->object_type}_get_";
	}

	protected function get_prop( $name, $context = 'view' ) {
		$value = $this->data[ $name ];
		return 'view' === $context ? apply_filters( $this->get_hook_prefix() . $name, $value, $this ) : $value;
	}

	protected function set_prop( $name, $value ) {
		$this->data[ $name ] = in_array( $name, $this->dates, true ) ? wc_string_to_datetime( $value ) : $value;
	}

	public function set_props( $props ) {
		foreach ( $props as $name => $value ) {
			$this->{"set_$name"}( $value );
		}
	}

	public function get_id() {
		return $this->id;
	}

	public function set_id( $id ) {
		$this->id = absint( $id );
	}

	public function get_data() {
		return array_merge( array( 'id' => $this->id ), $this->data, array( 'meta_data' => $this->get_meta_data() ) );
	}

	public function get_meta_data() {
		return array_values( $this->meta );
	}

	public function get_meta( $key = '', $single = true, $context = 'view' ) {
		$found = array_values( array_filter( $this->meta, function ( $line ) use ( $key ) { return $line->key === $key; } ) );
		if ( ! $single ) {
			return $found;
		}
		return $found ? $found[0]->value : '';
	}

	public function meta_exists( $key = '' ) {
		return (bool) $this->get_meta( $key, false );
	}

	public function add_meta_data( $key, $value, $unique = false ) {
		$unique ? $this->delete_meta_data( $key ) : null;
		$this->meta[] = new WC_Meta_Data( $key, $value );
	}

	public function update_meta_data( $key, $value, $id = 0 ) {
		$this->delete_meta_data( $key );
		$this->meta[] = new WC_Meta_Data( $key, $value, $id );
	}

	public function delete_meta_data( $key ) {
		$this->meta = array_filter( $this->meta, function ( $line ) use ( $key ) { return $line->key !== $key; } );
	}

	public function save_meta_data() {
		$this->save();
	}
}

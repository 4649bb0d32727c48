<?php
/** Products: posts with one meta row that holds their properties, and the few rows that WordPress's queries need. */

class WC_Product_Attribute {
	private $data = array( 'id' => 0, 'name' => '', 'options' => array(), 'position' => 0, 'visible' => false, 'variation' => false );

	public function __call( $method, $arguments ) {
		$name = substr( $method, 4 );
		if ( 0 === strpos( $method, 'set_' ) ) {
			$this->data[ $name ] = $arguments[0];
			return;
		}
		return $this->data[ $name ];
	}

	public function get_data() {
		return $this->data;
	}
}

class WC_Product extends WC_Data {
	protected $object_type = 'product';
	protected $post_type   = 'product';
	protected $changes     = array();
	protected $dates       = array( 'date_created', 'date_modified', 'date_on_sale_from', 'date_on_sale_to' );
	protected $data        = array(
		'name' => '', 'slug' => '', 'date_created' => null, 'date_modified' => null, 'status' => 'publish', 'featured' => false, 'catalog_visibility' => 'visible',
		'description' => '', 'short_description' => '', 'sku' => '', 'price' => '', 'regular_price' => '', 'sale_price' => '', 'date_on_sale_from' => null,
		'date_on_sale_to' => null, 'total_sales' => 0, 'tax_status' => 'taxable', 'tax_class' => '', 'manage_stock' => false, 'stock_quantity' => null,
		'stock_status' => 'instock', 'backorders' => 'no', 'low_stock_amount' => '', 'sold_individually' => false, 'weight' => '', 'length' => '', 'width' => '',
		'height' => '', 'upsell_ids' => array(), 'cross_sell_ids' => array(), 'parent_id' => 0, 'reviews_allowed' => true, 'purchase_note' => '',
		'attributes' => array(), 'default_attributes' => array(), 'menu_order' => 0, 'virtual' => false, 'downloadable' => false, 'category_ids' => array(),
		'tag_ids' => array(), 'shipping_class_id' => 0, 'image_id' => '', 'gallery_image_ids' => array(), 'rating_counts' => array(), 'average_rating' => 0, 'review_count' => 0,
	);

	public function __construct( $product = 0 ) {
		$id = $product instanceof WC_Product ? $product->get_id() : ( $product instanceof WP_Post ? $product->ID : absint( $product ) );
		if ( $id ) {
			$this->read( $id );
		}
	}

	private function read( $id ) {
		$post = get_post( $id );
		if ( ! $post || $post->post_type !== $this->post_type ) {
			throw new Exception( 'Invalid product.' );
		}
		$this->id   = $post->ID;
		$this->data = array_merge( $this->data, (array) get_post_meta( $id, '_stand_in', true ) );
		$this->data = array_merge( $this->data, array( 'name' => $post->post_title, 'slug' => $post->post_name, 'status' => $post->post_status, 'description' => $post->post_content,
			'short_description' => $post->post_excerpt, 'parent_id' => $post->post_parent, 'date_created' => wc_string_to_datetime( $post->post_date_gmt ), 'date_modified' => wc_string_to_datetime( $post->post_modified_gmt ) ) );
		foreach ( get_post_meta( $id ) as $key => $values ) {
			if ( ! in_array( $key, array( '_stand_in', '_price', '_sku', '_stock', '_stock_status', '_edit_lock' ), true ) ) {
				$this->meta[] = new WC_Meta_Data( $key, maybe_unserialize( $values[0] ) );
			}
		}
	}

	public function save() {
		do_action( 'woocommerce_before_product_object_save', $this, null );
		$this->settle();
		$fresh = ! $this->id;
		$post  = array( 'ID' => $this->id, 'post_type' => $this->post_type, 'post_title' => wp_slash( $this->data['name'] ), 'post_name' => $this->data['slug'], 'post_status' => $this->data['status'],
			'post_content' => wp_slash( $this->data['description'] ), 'post_excerpt' => wp_slash( $this->data['short_description'] ), 'post_parent' => $this->data['parent_id'], 'comment_status' => 'open' );
		$this->id = $fresh ? wp_insert_post( $post ) : wp_update_post( $post );
		$kept     = array_diff_key( $this->data, array_flip( array( 'name', 'slug', 'status', 'description', 'short_description', 'parent_id', 'date_created', 'date_modified' ) ) );
		update_post_meta( $this->id, '_stand_in', wp_slash( $kept ) );
		foreach ( array( '_price' => 'price', '_sku' => 'sku', '_stock' => 'stock_quantity', '_stock_status' => 'stock_status' ) as $key => $name ) {
			update_post_meta( $this->id, $key, (string) $this->data[ $name ] );
		}
		foreach ( $this->meta as $line ) {
			update_post_meta( $this->id, $line->key, wp_slash( $line->value ) );
		}
		wp_set_object_terms( $this->id, array_map( 'intval', $this->data['category_ids'] ), 'product_cat' );
		wp_set_object_terms( $this->id, array_map( 'intval', $this->data['tag_ids'] ), 'product_tag' );
		$this->tell( $fresh );
		return $this->id;
	}

	/** What follows from other properties. */
	protected function settle() {
		if ( $this->data['manage_stock'] ) {
			$this->set_prop( 'stock_status', (float) $this->data['stock_quantity'] > 0 ? 'instock' : ( 'no' === $this->data['backorders'] ? 'outofstock' : 'onbackorder' ) );
		}
		if ( ! $this->is_type( 'variable' ) ) {
			$this->data['price'] = $this->is_on_sale( 'edit' ) ? $this->data['sale_price'] : $this->data['regular_price'];
		}
	}

	private function tell( $fresh ) {
		$kind    = $this->is_type( 'variation' ) ? 'product_variation' : 'product';
		$changes = $this->changes;
		$this->changes = array();
		do_action( 'woocommerce_' . ( $fresh ? 'new' : 'update' ) . "_$kind", $this->id, $this );
		if ( array_intersect( array( 'stock_quantity' ), $changes ) && ! $fresh ) {
			do_action( $this->is_type( 'variation' ) ? 'woocommerce_variation_set_stock' : 'woocommerce_product_set_stock', $this );
		}
		if ( in_array( 'stock_status', $changes, true ) && ! $fresh ) {
			do_action( $this->is_type( 'variation' ) ? 'woocommerce_variation_set_stock_status' : 'woocommerce_product_set_stock_status', $this->id, $this->data['stock_status'], $this );
		}
		if ( $changes ) {
			do_action( 'woocommerce_product_object_updated_props', $this, array_values( array_unique( $changes ) ) );
		}
		do_action( 'woocommerce_after_product_object_save', $this, null );
	}

	protected function set_prop( $name, $value ) {
		$before = $this->data[ $name ];
		parent::set_prop( $name, $value );
		if ( $this->data[ $name ] != $before ) { // phpcs:ignore -- '10' and 10 are the same price
			$this->changes[] = $name;
		}
	}

	public function get_changes() {
		return array_intersect_key( $this->data, array_flip( $this->changes ) );
	}

	public function delete( $force = false ) {
		$force ? wp_delete_post( $this->id, true ) : wp_trash_post( $this->id );
		do_action( $force ? 'woocommerce_delete_product' : 'woocommerce_trash_product', $this->id );
		return true;
	}

	public function get_type() {
		return 'simple';
	}

	public function is_type( $type ) {
		return in_array( $this->get_type(), (array) $type, true );
	}

	public function exists() {
		return (bool) $this->id;
	}

	public function get_title() {
		return apply_filters( 'woocommerce_product_title', $this->get_name(), $this );
	}

	public function get_permalink() {
		return get_permalink( $this->data['parent_id'] ?: $this->id );
	}

	public function managing_stock() {
		return (bool) $this->get_manage_stock();
	}

	public function is_in_stock() {
		return apply_filters( 'woocommerce_product_is_in_stock', 'outofstock' !== $this->get_stock_status(), $this );
	}

	public function backorders_allowed() {
		return 'no' !== $this->get_backorders();
	}

	public function has_enough_stock( $quantity ) {
		return ! $this->managing_stock() || $this->backorders_allowed() || $this->get_stock_quantity() >= $quantity;
	}

	public function get_stock_managed_by_id() {
		return $this->id;
	}

	public function get_max_purchase_quantity() {
		return $this->get_sold_individually() ? 1 : ( $this->managing_stock() && ! $this->backorders_allowed() ? $this->get_stock_quantity() : -1 );
	}

	public function get_min_purchase_quantity() {
		return 1;
	}

	public function is_sold_individually() {
		return (bool) $this->get_sold_individually();
	}

	public function is_visible() {
		return 'publish' === $this->get_status() && 'hidden' !== $this->get_catalog_visibility();
	}

	public function is_purchasable() {
		return apply_filters( 'woocommerce_is_purchasable', $this->exists() && 'publish' === $this->get_status() && '' !== $this->get_price(), $this );
	}

	public function is_on_sale( $context = 'view' ) {
		$sale = $this->get_sale_price( $context );
		$now  = time();
		$from = $this->get_date_on_sale_from( $context );
		$to   = $this->get_date_on_sale_to( $context );
		$on   = '' !== (string) $sale && (float) $this->get_regular_price( $context ) > (float) $sale && ! ( $from && $from->getTimestamp() > $now ) && ! ( $to && $to->getTimestamp() < $now );
		return 'view' === $context ? apply_filters( 'woocommerce_product_is_on_sale', $on, $this ) : $on;
	}

	public function needs_shipping() {
		return false;
	}

	public function get_price_html( $deprecated = '' ) {
		if ( '' === $this->get_price() ) {
			return apply_filters( 'woocommerce_empty_price_html', '', $this );
		}
		$html = $this->is_on_sale() ? wc_format_sale_price( wc_get_price_to_display( $this, array( 'price' => $this->get_regular_price() ) ), wc_get_price_to_display( $this ) ) : wc_price( wc_get_price_to_display( $this ) );
		return apply_filters( 'woocommerce_get_price_html', $html, $this );
	}

	public function get_image( $size = 'woocommerce_thumbnail', $attributes = array(), $placeholder = true ) {
		return '<img src="' . esc_url( wc_placeholder_img_src() ) . '" width="300" height="300" alt="' . esc_attr( $this->get_name() ) . '">';
	}

	public function add_to_cart_url() {
		return $this->is_type( 'simple' ) && $this->is_purchasable() && $this->is_in_stock() ? add_query_arg( 'add-to-cart', $this->id ) : $this->get_permalink();
	}

	public function get_children() {
		return array();
	}

	public function get_attribute( $name ) {
		$wanted = sanitize_title( $name );
		foreach ( $this->get_attributes() as $key => $attribute ) {
			if ( $attribute instanceof WC_Product_Attribute && sanitize_title( $attribute->get_name() ) === $wanted ) {
				return implode( ', ', $attribute->get_options() );
			}
			if ( $key === $wanted && is_string( $attribute ) ) {
				return $attribute;
			}
		}
		return '';
	}

	public function get_formatted_name() {
		return wp_strip_all_tags( $this->get_name() . ' (#' . $this->id . ')' );
	}
}

class WC_Product_Simple extends WC_Product {}

class WC_Product_Variable extends WC_Product {
	public function get_type() {
		return 'variable';
	}

	public function get_children( $visible_only = '' ) {
		return array_map( 'intval', get_posts( array( 'post_type' => 'product_variation', 'post_parent' => $this->id, 'fields' => 'ids', 'numberposts' => -1, 'orderby' => 'ID', 'order' => 'ASC', 'post_status' => array( 'publish', 'private' ) ) ) );
	}

	public function get_visible_children() {
		return $this->get_children();
	}

	public function get_variation_prices( $for_display = false ) {
		$prices = array( 'price' => array(), 'regular_price' => array(), 'sale_price' => array() );
		foreach ( $this->get_children() as $id ) {
			$one = wc_get_product( $id );
			$prices['price'][ $id ]         = $one->get_price( 'edit' );
			$prices['regular_price'][ $id ] = $one->get_regular_price( 'edit' );
			$prices['sale_price'][ $id ]    = $one->get_sale_price( 'edit' );
		}
		asort( $prices['price'] );
		return $prices;
	}

	public function get_variation_price( $end = 'min', $for_display = false ) {
		$prices = $this->get_variation_prices()['price'];
		return 'min' === $end ? reset( $prices ) : end( $prices );
	}

	public function get_price_html( $deprecated = '' ) {
		list( $low, $high ) = array( $this->get_variation_price( 'min' ), $this->get_variation_price( 'max' ) );
		return apply_filters( 'woocommerce_get_price_html', $low === $high ? wc_price( $low ) : wc_price( $low ) . ' &ndash; ' . wc_price( $high ), $this );
	}

	public function get_variation_attributes() {
		$found = array();
		foreach ( $this->get_attributes() as $attribute ) {
			if ( $attribute->get_variation() ) {
				$found[ $attribute->get_name() ] = $attribute->get_options();
			}
		}
		return $found;
	}

	public function get_available_variations( $return = 'array' ) {
		$found = array();
		foreach ( $this->get_children() as $id ) {
			$one = wc_get_product( $id );
			if ( $one && $one->is_purchasable() ) {
				$found[] = 'array' === $return ? $this->get_available_variation( $one ) : $one;
			}
		}
		return $found;
	}

	public function get_available_variation( $one ) {
		return array( 'variation_id' => $one->get_id(), 'attributes' => $one->get_variation_attributes(), 'display_price' => (float) wc_get_price_to_display( $one ), 'price_html' => $one->get_price_html(),
			'is_in_stock' => $one->is_in_stock(), 'is_purchasable' => $one->is_purchasable(), 'variation_is_active' => true, 'variation_is_visible' => true );
	}

	public static function sync( $product ) {
		$product = $product instanceof WC_Product ? $product : wc_get_product( $product );
		$product->set_price( $product->get_variation_price( 'min' ) );
		$product->save();
		return $product;
	}
}

class WC_Product_Variation extends WC_Product_Simple {
	protected $object_type = 'product_variation';
	protected $post_type   = 'product_variation';

	protected function get_hook_prefix() {
		return 'woocommerce_product_variation_get_';
	}

	public function get_type() {
		return 'variation';
	}

	public function get_parent_id( $context = 'view' ) {
		return (int) $this->data['parent_id'];
	}

	public function get_name( $context = 'view' ) {
		return get_the_title( $this->data['parent_id'] ) . ( $this->data['attributes'] ? ' - ' . implode( ', ', $this->data['attributes'] ) : '' );
	}

	public function get_variation_attributes( $with_prefix = true ) {
		$found = array();
		foreach ( $this->data['attributes'] as $name => $value ) {
			$found[ ( $with_prefix ? 'attribute_' : '' ) . $name ] = $value;
		}
		return $found;
	}

	public function get_permalink( $item = null ) {
		return add_query_arg( array_map( 'rawurlencode', $this->get_variation_attributes() ), get_permalink( $this->data['parent_id'] ) );
	}

	public function is_visible() {
		return 'publish' === $this->get_status();
	}

	public function variation_is_visible() {
		return apply_filters( 'woocommerce_variation_is_visible', 'publish' === $this->get_status() && '' !== $this->get_price(), $this->id, $this->data['parent_id'], $this );
	}

	public function get_category_ids( $context = 'view' ) {
		return wp_get_post_terms( $this->data['parent_id'], 'product_cat', array( 'fields' => 'ids' ) );
	}
}

function wc_get_product( $product = false ) {
	$id = $product instanceof WC_Product ? $product->get_id() : ( $product instanceof WP_Post ? $product->ID : ( $product ? absint( $product ) : get_the_ID() ) );
	if ( ! $id || ! in_array( get_post_type( $id ), array( 'product', 'product_variation' ), true ) ) {
		return false;
	}
	$attributes = (array) get_post_meta( $id, '_stand_in', true );
	$class      = 'product_variation' === get_post_type( $id ) ? 'WC_Product_Variation' : 'WC_Product_Simple';
	foreach ( 'product' === get_post_type( $id ) ? (array) ( $attributes['attributes'] ?? array() ) : array() as $attribute ) {
		$class = $attribute->get_variation() ? 'WC_Product_Variable' : $class;
	}
	return new $class( $id );
}

function wc_get_products( $args ) {
	$args  = wp_parse_args( $args, array( 'limit' => 10, 'status' => array( 'publish', 'draft', 'private' ), 'return' => 'objects', 'include' => array(), 'page' => 1, 'orderby' => 'date', 'order' => 'DESC' ) );
	$query = array( 'post_type' => 'product', 'post_status' => $args['status'], 'posts_per_page' => $args['limit'], 'paged' => $args['page'], 'fields' => 'ids', 'orderby' => 'include' === $args['orderby'] ? 'post__in' : $args['orderby'], 'order' => $args['order'] );
	if ( $args['include'] ) {
		$query['post__in'] = $args['include'];
	}
	$ids = get_posts( array_merge( $query, array( 'numberposts' => $args['limit'] ) ) );
	return 'ids' === $args['return'] ? $ids : array_values( array_filter( array_map( 'wc_get_product', $ids ) ) );
}

function wc_get_product_id_by_sku( $sku ) {
	global $wpdb;
	return (int) $wpdb->get_var( $wpdb->prepare( "SELECT post_id FROM $wpdb->postmeta WHERE meta_key = '_sku' AND meta_value = %s LIMIT 1", $sku ) );
}

function wc_update_product_stock( $product, $quantity = null, $operation = 'set' ) {
	$product = wc_get_product( $product );
	$before  = (float) $product->get_stock_quantity( 'edit' );
	$product->set_stock_quantity( 'increase' === $operation ? $before + $quantity : ( 'decrease' === $operation ? $before - $quantity : $quantity ) );
	$product->save();
	return $product->get_stock_quantity();
}

function wc_get_formatted_variation( $variation, $flat = false, $names = true ) {
	$values = $variation instanceof WC_Product_Variation ? $variation->get_variation_attributes( false ) : (array) $variation;
	$found  = array();
	foreach ( $values as $name => $value ) {
		$found[] = $names ? ucfirst( str_replace( 'attribute_', '', $name ) ) . ": $value" : $value;
	}
	return implode( ', ', $found );
}

function wc_attribute_label( $name, $product = '' ) {
	foreach ( $product ? $product->get_attributes() : array() as $attribute ) {
		if ( is_object( $attribute ) && sanitize_title( $attribute->get_name() ) === $name ) {
			return $attribute->get_name();
		}
	}
	return $name;
}

function wc_get_product_category_list( $id, $separator = ', ' ) {
	return get_the_term_list( $id, 'product_cat', '', $separator );
}

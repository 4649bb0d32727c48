<?php
/**
 * Stock and prices.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Tells the server at once when stock or a price changed, so that the next answer does not suggest what is sold out or at a price of
 * yesterday. Webhooks bring the rest of a product minutes later; sales and imports that send no webhook are seen here too.
 */
final class Vitrine_Stock {

	const PROPS = array( 'stock_quantity', 'stock_status', 'manage_stock', 'backorders', 'price', 'regular_price', 'sale_price', 'date_on_sale_from', 'date_on_sale_to' );

	/**
	 * Action woocommerce_product_set_stock_status and its twin of variations.
	 *
	 * @param int             $id      Product.
	 * @param string          $status  instock, outofstock, onbackorder.
	 * @param WC_Product|null $product Product.
	 */
	public static function status_set( $id, $status, $product = null ) {
		self::tell( $product instanceof WC_Product ? $product : wc_get_product( $id ) );
	}

	/**
	 * Action woocommerce_product_object_updated_props.
	 *
	 * @param WC_Product $product Product.
	 * @param array      $props   What changed.
	 */
	public static function updated( $product, $props ) {
		if ( array_intersect( self::PROPS, (array) $props ) ) {
			self::tell( $product );
		}
	}

	/**
	 * Sales that began or ended by their dates.
	 *
	 * @param array $ids Products.
	 */
	public static function sales( $ids ) {
		foreach ( array_slice( (array) $ids, 0, 1000 ) as $id ) {
			self::tell( wc_get_product( $id ) );
		}
	}

	/**
	 * One product as it is now. Told several times a request, the last counts.
	 *
	 * @param WC_Product|false $product Product or variation.
	 */
	public static function tell( $product ) {
		if ( ! $product instanceof WC_Product || ! $product->get_id() || 'auto-draft' === $product->get_status() ) {
			return;
		}
		Vitrine_Queue::add( 'stock', self::message( $product ), 'stock:' . $product->get_id(), true );
	}

	/**
	 * What is told of it.
	 *
	 * @param WC_Product $product Product or variation.
	 * @return array
	 */
	public static function message( $product ) {
		$is_variation = $product->is_type( 'variation' );
		$quantity     = $product->managing_stock() ? $product->get_stock_quantity() : null;
		$message      = array(
			'product_id'     => (string) ( $is_variation ? $product->get_parent_id() : $product->get_id() ),
			'stock_status'   => (string) $product->get_stock_status(),
			'stock_quantity' => null === $quantity ? null : (int) floor( $quantity ),
			'price'          => self::money( $product->get_price( 'edit' ) ),
			'regular_price'  => self::money( $product->get_regular_price( 'edit' ) ),
			'sale_price'     => self::money( $product->get_sale_price( 'edit' ) ),
		);
		return $is_variation ? $message + array( 'variation_id' => (string) $product->get_id() ) : $message;
	}

	/**
	 * A price of the shop's tables.
	 *
	 * @param mixed $text Number as text; '' where there is none.
	 * @return float|null
	 */
	private static function money( $text ) {
		return is_numeric( $text ) ? (float) $text : null;
	}
}

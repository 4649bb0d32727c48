<?php
/**
 * What cart, checkout and order say of offers.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Shows what Vitrine_Offers granted: the shop's price struck through, what was taken off and why, or why nothing is at the moment. The same in
 * classic carts, in blocks (the Store API) and in the order. Decides nothing.
 */
final class Vitrine_Offer_Words {

	/**
	 * Adds the hooks: there is an offer in the cart.
	 */
	public static function hooks() {
		add_filter( 'woocommerce_get_item_data', array( __CLASS__, 'describe' ), 20, 2 );
		add_filter( 'woocommerce_cart_item_price', array( __CLASS__, 'show_price' ), 20, 3 );
		add_filter( 'woocommerce_cart_item_quantity', array( __CLASS__, 'show_quantity' ), 20, 3 );
		add_filter( 'woocommerce_store_api_product_quantity_editable', array( __CLASS__, 'is_editable' ), 20, 3 );
		add_filter( 'woocommerce_store_api_product_quantity_maximum', array( __CLASS__, 'most' ), 20, 3 );
		add_action( 'woocommerce_checkout_create_order_line_item', array( __CLASS__, 'write_line' ), 20, 3 );
	}

	/**
	 * The sentence that stands with a line, in the cart and in the order: its name and what was taken off.
	 *
	 * @param array      $line  Of the cart.
	 * @param array|null $got   Of granted(); null: why not is said.
	 * @return array name, value (text).
	 */
	private static function words( array $line, $got ) {
		$offer = Vitrine_Offers::read( $line[ Vitrine_Offers::LINE ] );
		$name  = $offer && 'bundle' === $offer['kind'] ? __( 'Bought together', 'vitrine' ) : __( 'Offer', 'vitrine' );
		$why   = Vitrine_Offers::verdict( $line['key'] );
		if ( $got ) {
			$off = self::displayed( $line, $got['before'] ) - self::displayed( $line, $got['after'] );
			/* translators: 1: percents, 2: amount of money. */
			return array( $name, sprintf( __( '%1$d%% off (you save %2$s)', 'vitrine' ), $got['percent'], html_entity_decode( wp_strip_all_tags( wc_price( $off ) ), ENT_QUOTES, 'UTF-8' ) ) );
		}
		$reasons = array(
			'coupon'     => __( 'rests while a coupon is used', 'vitrine' ),
			'incomplete' => __( 'rests until all products of the set are in the cart', 'vitrine' ),
			'many'       => __( 'rests, too many at once', 'vitrine' ),
		);
		return array( $name, isset( $reasons[ $why ] ) ? $reasons[ $why ] : '' );
	}

	/**
	 * A price with or without tax, as this shop's cart shows prices.
	 *
	 * @param array $line  Of the cart.
	 * @param float $price Of one unit, as the shop keeps it.
	 * @return float
	 */
	private static function displayed( array $line, $price ) {
		$arguments = array(
			'qty'   => 1,
			'price' => $price,
		);
		return (float) ( WC()->cart->display_prices_including_tax() ? wc_get_price_including_tax( $line['data'], $arguments ) : wc_get_price_excluding_tax( $line['data'], $arguments ) );
	}

	/**
	 * Filter woocommerce_get_item_data, of cart, mini cart and the Store API.
	 *
	 * @param array $data Rows.
	 * @param array $line Of the cart.
	 * @return array
	 */
	public static function describe( $data, $line ) {
		if ( empty( $line[ Vitrine_Offers::LINE ] ) || empty( $line['key'] ) ) {
			return $data;
		}
		list( $name, $value ) = self::words( $line, Vitrine_Offers::granted( $line['key'] ) );
		if ( '' !== $value ) {
			$data[] = array(
				'key'   => $name,
				'value' => $value,
			);
		}
		return $data;
	}

	/**
	 * Filter woocommerce_cart_item_price: the shop's price struck through, then the offered one.
	 *
	 * @param string $html Price.
	 * @param array  $line Of the cart.
	 * @param string $key  Of the line.
	 * @return string
	 */
	public static function show_price( $html, $line, $key ) {
		$got = empty( $line[ Vitrine_Offers::LINE ] ) ? null : Vitrine_Offers::granted( $key );
		return $got ? wc_format_sale_price( self::displayed( $line, $got['before'] ), self::displayed( $line, $got['after'] ) ) : $html;
	}

	/**
	 * Filter woocommerce_cart_item_quantity: one, not to be changed.
	 *
	 * @param string $html Field.
	 * @param string $key  Of the line.
	 * @param array  $line Of the cart; older shops do not hand it on.
	 * @return string
	 */
	public static function show_quantity( $html, $key, $line = null ) {
		$line = is_array( $line ) ? $line : WC()->cart->get_cart_item( $key );
		if ( empty( $line[ Vitrine_Offers::LINE ] ) ) {
			return $html;
		}
		return sprintf( '1 <input type="hidden" name="cart[%s][qty]" value="1" />', esc_attr( $key ) );
	}

	/**
	 * Filter of the Store API: whether the quantity can be changed.
	 *
	 * @param bool       $editable As it was.
	 * @param WC_Product $product  Product.
	 * @param array|null $line     Of the cart.
	 * @return bool
	 */
	public static function is_editable( $editable, $product, $line = null ) {
		return empty( $line[ Vitrine_Offers::LINE ] ) ? $editable : false;
	}

	/**
	 * Filter of the Store API: the greatest quantity.
	 *
	 * @param int        $most    As it was.
	 * @param WC_Product $product Product.
	 * @param array|null $line    Of the cart.
	 * @return int
	 */
	public static function most( $most, $product, $line = null ) {
		return empty( $line[ Vitrine_Offers::LINE ] ) ? $most : 1;
	}

	/**
	 * Writes into the order's line what was taken off.
	 *
	 * @param WC_Order_Item_Product $item Of the order.
	 * @param string                $key  Of the cart's line.
	 * @param array                 $line Of the cart.
	 */
	public static function write_line( $item, $key, $line ) {
		$got = empty( $line[ Vitrine_Offers::LINE ] ) ? null : Vitrine_Offers::granted( $key );
		if ( ! $got ) {
			return;
		}
		list( $name, $value ) = self::words( $line, $got );
		$item->update_meta_data( $name, $value );
		$item->update_meta_data( '_vitrine_offer', Vitrine_Offers::read( $line[ Vitrine_Offers::LINE ] )['id'] );
	}
}

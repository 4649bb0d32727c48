<?php
/**
 * Offers in the cart.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Grants in the cart what the server signed: so many percent off the shop's own price of today, one unit of each product, until it ends or
 * an order has used it up. A line with an offer is a line of its own and keeps the token; whether the token holds is decided anew whenever
 * totals are reckoned. Cart, checkout and order say what was taken off and why.
 */
final class Vitrine_Offers {

	const LINE     = Vitrine_Hooks::OFFER;     // In a line of the cart: the token.
	const ENDED    = Vitrine_Hooks::ENDED;     // In the session: names of lines that lost their offer.
	const FOR_GOOD = array( 'invalid', 'ended', 'used' );

	/**
	 * Prices set in this request: key of the line => array( product, base, price, before, after, percent ).
	 *
	 * @var array
	 */
	private static $priced = array();

	/**
	 * The last verdicts of Vitrine_Offer::decide().
	 *
	 * @var array
	 */
	private static $verdicts = array();

	/**
	 * Tokens read in this request.
	 *
	 * @var array
	 */
	private static $read = array();

	/* ---- putting one into the cart ---- */

	/**
	 * What a token promises for a list of products that go into the cart together: for each of them the data its line needs.
	 *
	 * @param mixed $token From the page.
	 * @param array $items Each with product_id, variation_id.
	 * @return array|WP_Error index of the item => data of its line, false: not to be put in again; items not there are bought as they
	 *                        are. The error is a sentence.
	 */
	public static function lines( $token, array $items ) {
		$offer = Vitrine_Options::grants_offers() ? self::read( $token ) : null;
		if ( ! $offer || ! Vitrine_Offer::runs( $offer, time() ) || Vitrine_Offer_Log::used( array( $offer['id'] ) ) || ! self::is_of_this_visitor( $offer ) ) {
			return new WP_Error( 'vitrine_offer', __( 'This offer has ended. Reload the page to see the prices of this moment.', 'vitrine' ) );
		}
		$taken = self::taken( $offer['id'] );
		$lines = self::match( $offer, $token, $items, $taken );
		$fresh = array_filter( $lines );
		$whole = 'bundle' !== $offer['kind'] || count( $fresh ) + count( $taken ) === count( $offer['products'] );
		if ( $whole && $lines && ! $fresh ) {
			return new WP_Error( 'vitrine_offer', __( 'This offer is in your cart already.', 'vitrine' ) );
		}
		if ( $whole && $fresh && count( self::others( $offer['id'] ) ) >= Vitrine_Offer::MOST_IN_CART ) {
			return new WP_Error( 'vitrine_offer', __( 'There are three offers in your cart already, and no more fit in.', 'vitrine' ) );
		}
		return $whole ? $lines : array();
	}

	/**
	 * Which items of a list are of an offer.
	 *
	 * @param array  $offer Of Vitrine_Offer::read().
	 * @param string $token Its token.
	 * @param array  $items Each with product_id, variation_id.
	 * @param array  $taken Products that have this offer's price already.
	 * @return array index of the item => data of its line, or false: it is in the cart already at this price, and is not put in again.
	 */
	private static function match( array $offer, $token, array $items, array $taken ) {
		$lines = array();
		foreach ( $items as $i => $item ) {
			$product = Vitrine_Offer::product_of( $offer, $item['product_id'], $item['variation_id'] );
			if ( '' !== $product && ! isset( $taken[ $product ] ) ) {
				$taken[ $product ] = false;
				$lines[ $i ]       = array( self::LINE => $token );
			} elseif ( '' !== $product && $taken[ $product ] ) {
				$lines[ $i ] = false;
			}
		}
		return $lines;
	}

	/**
	 * Whether an offer was made for who holds it; one without a name is anybody's.
	 *
	 * @param array $offer Of Vitrine_Offer::read().
	 * @return bool
	 */
	private static function is_of_this_visitor( array $offer ) {
		$visitor = Vitrine_Visitor::id();
		return '' === $offer['visitor'] || '' === $visitor || $offer['visitor'] === $visitor;
	}

	/**
	 * Products that have this offer's price in the cart already.
	 *
	 * @param string $id Offer.
	 * @return array product => true.
	 */
	private static function taken( $id ) {
		$taken = array();
		foreach ( self::offered( WC()->cart ) as $line ) {
			if ( $line['offer'] && $line['offer']['id'] === $id ) {
				$taken[ Vitrine_Offer::product_of( $line['offer'], $line['product_id'], $line['variation_id'] ) ] = true;
			}
		}
		return $taken;
	}

	/**
	 * Other offers in the cart.
	 *
	 * @param string $id Offer.
	 * @return array id => true.
	 */
	private static function others( $id ) {
		$others = array();
		foreach ( self::offered( WC()->cart ) as $line ) {
			if ( $line['offer'] && $line['offer']['id'] !== $id ) {
				$others[ $line['offer']['id'] ] = true;
			}
		}
		return $others;
	}

	/* ---- reckoning ---- */

	/**
	 * Gives the cart's lines the prices they are offered at, and back the shop's own where an offer does not hold.
	 *
	 * @param WC_Cart $cart The cart.
	 */
	public static function grant( $cart ) {
		$lines = self::offered( $cart );
		if ( ! $lines ) {
			self::$verdicts = array();
			return;
		}
		self::begin();
		$ids            = array_filter( array_map( array( __CLASS__, 'id_of' ), $lines ) );
		$coupons        = (bool) $cart->get_applied_coupons() && ! Vitrine_Options::get( 'offers_with_coupons' );
		self::$verdicts = Vitrine_Offer::decide( $lines, Vitrine_Offer_Log::used( array_values( $ids ) ), time(), $coupons );
		foreach ( self::$verdicts as $key => $verdict ) {
			self::price( $cart->cart_contents[ $key ]['data'], $key, 'granted' === $verdict ? $lines[ $key ]['offer']['percent'] : 0 );
			if ( in_array( $verdict, self::FOR_GOOD, true ) ) {
				self::let_go( $cart, $key );
			}
		}
	}

	/**
	 * There is an offer in the cart: more lines have to be looked at, and words stand with them.
	 */
	private static function begin() {
		if ( ! has_action( 'woocommerce_after_cart_item_quantity_update', array( __CLASS__, 'keep_one' ) ) ) {
			add_action( 'woocommerce_after_cart_item_quantity_update', array( __CLASS__, 'keep_one' ), 10, 4 );
			Vitrine_Offer_Words::hooks();
		}
	}

	/**
	 * Sets the price of a line's product. Totals are reckoned several times a request: the percents go off the shop's own price, never
	 * off what we set before; where somebody else has set another price since, that one is the shop's.
	 *
	 * @param WC_Product $product Of the line.
	 * @param string     $key     Of the line.
	 * @param int        $percent 0: no offer holds.
	 */
	private static function price( $product, $key, $percent ) {
		$now   = (float) $product->get_price( 'edit' );
		$known = isset( self::$priced[ $key ] ) && self::$priced[ $key ]['product'] === $product ? self::$priced[ $key ] : null;
		$base  = $known && abs( $known['price'] - $now ) < 0.00001 ? $known['base'] : $now;
		$price = $percent ? min( $base, Vitrine_Offer::price( $base, $percent, get_woocommerce_currency() ) ) : $base;
		if ( ! $known && $price === $now ) {
			return;
		}
		$before = $known && $base === $known['base'] ? $known['before'] : (float) $product->get_price();
		$product->set_price( $price );
		self::$priced[ $key ] = array(
			'product' => $product,
			'base'    => $base,
			'price'   => $price,
			'before'  => $before,                           // As the shop shows it: other plugins may have their say by filters.
			'after'   => (float) $product->get_price(),
			'percent' => $percent,
		);
	}

	/**
	 * An offer has ended: the line stays, at the shop's price, and the visitor is told before he pays.
	 *
	 * @param WC_Cart $cart The cart.
	 * @param string  $key  Of the line.
	 */
	private static function let_go( $cart, $key ) {
		$names   = WC()->session ? (array) WC()->session->get( self::ENDED, array() ) : array();
		$names[] = $cart->cart_contents[ $key ]['data']->get_name();
		unset( $cart->cart_contents[ $key ][ self::LINE ] );
		if ( WC()->session ) {
			WC()->session->set( self::ENDED, array_slice( array_unique( $names ), 0, 10 ) );
		}
	}

	/**
	 * Before anybody pays another price than he saw: stops an order once and says so. On a page that shows the new price it is a remark.
	 */
	public static function say_what_ended() {
		$names = WC()->session ? array_filter( (array) WC()->session->get( self::ENDED, array() ), 'is_string' ) : array();
		if ( ! $names ) {
			return;
		}
		WC()->session->set( self::ENDED, null );
		$type = did_action( 'woocommerce_before_checkout_process' ) || WC()->is_rest_api_request() ? 'error' : 'notice';
		/* translators: %s: names of products. */
		wc_add_notice( sprintf( __( 'An offer has ended: %s is in your cart at its normal price now. Please look at the total again.', 'vitrine' ), esc_html( implode( ', ', $names ) ) ), $type );
	}

	/**
	 * One unit has the offer. More of the same become a line of their own at the normal price.
	 *
	 * @param string  $key      Of the line.
	 * @param int     $quantity New.
	 * @param int     $before   Old.
	 * @param WC_Cart $cart     The cart.
	 */
	public static function keep_one( $key, $quantity, $before, $cart ) {
		if ( $quantity <= 1 || empty( $cart->cart_contents[ $key ][ self::LINE ] ) ) {
			return;
		}
		$line                                    = $cart->cart_contents[ $key ];
		$cart->cart_contents[ $key ]['quantity'] = 1;
		$cart->add_to_cart( $line['product_id'], $quantity - 1, $line['variation_id'], $line['variation'] );
	}

	/**
	 * What a line of the cart got, when it got something.
	 *
	 * @param mixed $key Of the line.
	 * @return array|null before, after, percent.
	 */
	public static function granted( $key ) {
		$found = is_string( $key ) && isset( self::$priced[ $key ] ) ? self::$priced[ $key ] : null;
		return $found && $found['percent'] && $found['after'] < $found['before'] ? $found : null;
	}

	/**
	 * What was last decided of a line.
	 *
	 * @param string $key Of the line.
	 * @return string Of Vitrine_Offer::decide(); '' for a line without an offer.
	 */
	public static function verdict( $key ) {
		return isset( self::$verdicts[ $key ] ) ? self::$verdicts[ $key ] : '';
	}

	/* ---- ordering ---- */

	/**
	 * Action woocommerce_checkout_order_processed.
	 *
	 * @param int      $order_id Order.
	 * @param array    $data     Posted.
	 * @param WC_Order $order    Order.
	 */
	public static function placed_classic( $order_id, $data, $order ) {
		self::burn( $order );
	}

	/**
	 * An order is placed: its offers are used up. The first order to write an id has it; another is stopped before it is paid.
	 *
	 * @param WC_Order $order Order.
	 * @throws Exception With a sentence for the visitor.
	 */
	public static function burn( $order ) {
		$ids = self::ids_of_order( $order );
		foreach ( $ids as $id ) {
			if ( ! Vitrine_Offer_Log::take( $id, $order->get_id() ) ) {
				throw new Exception( esc_html__( 'An offer in your cart was used by another order meanwhile. Please look at the total again.', 'vitrine' ) );
			}
		}
	}

	/**
	 * Offers that lines of an order were bought at.
	 *
	 * @param WC_Order $order Order.
	 * @return array ids.
	 */
	public static function ids_of_order( $order ) {
		$ids = array();
		foreach ( $order->get_items() as $item ) {
			$id = $item->get_meta( '_vitrine_offer' );
			if ( is_string( $id ) && '' !== $id ) {
				$ids[ $id ] = $id;
			}
		}
		return array_values( $ids );
	}

	/**
	 * Answers that the offers in the cart came with.
	 *
	 * @return array rec_ids.
	 */
	public static function recs() {
		$recs = array();
		foreach ( WC()->cart ? self::offered( WC()->cart ) : array() as $line ) {
			if ( $line['offer'] && Vitrine_Visitor::is_rec( $line['offer']['rec'] ) ) {
				$recs[ $line['offer']['rec'] ] = $line['offer']['rec'];
			}
		}
		return array_values( $recs );
	}

	/* ---- reading ---- */

	/**
	 * Lines of a cart that have an offer, as Vitrine_Offer::decide() takes them.
	 *
	 * @param WC_Cart $cart The cart.
	 * @return array key => line.
	 */
	private static function offered( $cart ) {
		$lines = array();
		foreach ( $cart->cart_contents as $key => $line ) {
			if ( ! empty( $line[ self::LINE ] ) && isset( $line['data'] ) ) {
				$lines[ $key ] = array(
					'offer'        => self::read( $line[ self::LINE ] ),
					'product_id'   => $line['product_id'],
					'variation_id' => $line['variation_id'],
					'quantity'     => $line['quantity'],
				);
			}
		}
		return $lines;
	}

	/**
	 * A token, read once a request.
	 *
	 * @param mixed $token Text.
	 * @return array|null Of Vitrine_Offer::read().
	 */
	public static function read( $token ) {
		if ( ! is_string( $token ) ) {
			return null;
		}
		if ( ! array_key_exists( $token, self::$read ) ) {
			self::$read[ $token ] = Vitrine_Offer::read( $token, Vitrine_Options::get( 'plugin_secret' ), (int) Vitrine_Options::get( 'store_id' ) );
		}
		return self::$read[ $token ];
	}

	/**
	 * The id of a line's offer.
	 *
	 * @param array $line Of offered().
	 * @return string
	 */
	private static function id_of( array $line ) {
		return $line['offer'] ? $line['offer']['id'] : '';
	}
}

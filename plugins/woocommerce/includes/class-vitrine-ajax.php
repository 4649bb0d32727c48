<?php
/**
 * What pages ask the shop.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * The four small questions of assets/shop.js: put into the cart, read the cart, which variations, remind me. They go by wc-ajax and change only
 * the visitor's own cart, as WooCommerce's own add_to_cart does, so they need no nonce (pages come from caches, where nonces are old); what
 * another site sends is refused.
 */
final class Vitrine_Ajax {

	const MOST_ITEMS  = 20;
	const MOST_NUMBER = 1000;
	const MOST_BYTES  = 20000;
	const MOST_SHOWN  = 100;    // Variations.

	/* ---- questions ---- */

	/**
	 * Puts products into the cart: all of them or none.
	 */
	public static function add() {
		self::guard();
		$items = self::items( self::posted( 'items' ) );
		$about = self::posted( 'about' );
		if ( ! $items || ! WC()->cart ) {
			self::refuse( __( 'There is nothing to put into the cart.', 'vitrine' ) );
		}
		$lines = array();
		if ( ! empty( $about['offer'] ) ) {
			$lines = Vitrine_Offers::lines( $about['offer'], $items );
			if ( is_wp_error( $lines ) ) {
				self::refuse( $lines->get_error_message() );
			}
		}
		$before = wc_get_notices();
		$why    = self::put_all( $items, $lines );
		wc_set_notices( $before );
		if ( '' !== $why ) {
			self::refuse( $why );
		}
		Vitrine_Track::identify_once();
		self::answer( self::state() + self::fragments() );
	}

	/**
	 * What is in the cart.
	 */
	public static function cart() {
		self::guard();
		Vitrine_Track::identify_once();
		self::answer( self::state() );
	}

	/**
	 * The versions of a product that may be bought.
	 */
	public static function variations() {
		self::guard();
		$product = wc_get_product( absint( self::posted( 'product_id' ) ) );
		$rows    = array();
		if ( $product && $product->is_type( 'variable' ) && 'publish' === $product->get_status() ) {
			foreach ( $product->get_children() as $id ) {
				$variation = count( $rows ) < self::MOST_SHOWN ? wc_get_product( $id ) : null;
				if ( $variation && $variation->is_purchasable() && $variation->variation_is_visible() ) {
					$rows = array_merge( $rows, self::versions( $product, $variation ) );
				}
			}
		}
		self::answer( array( 'variations' => array_slice( $rows, 0, self::MOST_SHOWN ) ) );
	}

	/**
	 * A guest at the checkout says whether he wants to be reminded of his cart.
	 */
	public static function contact() {
		self::guard();
		$email = sanitize_email( (string) self::posted( 'email' ) );
		$yes   = '1' === (string) self::posted( 'consent' );
		if ( ! Vitrine_Options::get( 'recover_carts' ) || ! WC()->session || ( $yes && ! is_email( $email ) ) ) {
			self::refuse( __( 'Please check the e-mail address.', 'vitrine' ) );
		}
		Vitrine_Checkout::agree( $yes, $email );
		self::answer( array( 'done' => true ) );
	}

	/* ---- reading what was sent ---- */

	/**
	 * Whether a page of this shop asks. Browsers say so themselves; where one does not, it goes as WooCommerce's own requests go.
	 *
	 * @return bool
	 */
	public static function is_from_here() {
		$site = isset( $_SERVER['HTTP_SEC_FETCH_SITE'] ) ? sanitize_text_field( wp_unslash( $_SERVER['HTTP_SEC_FETCH_SITE'] ) ) : '';
		return 'cross-site' !== $site;
	}

	/**
	 * Refuses what is no request of ours.
	 */
	private static function guard() {
		nocache_headers();
		$method = isset( $_SERVER['REQUEST_METHOD'] ) ? sanitize_text_field( wp_unslash( $_SERVER['REQUEST_METHOD'] ) ) : '';
		if ( 'POST' !== $method || ! self::is_from_here() ) {
			wp_send_json( array( 'error' => array( 'message' => __( 'This can be asked by pages of the shop only.', 'vitrine' ) ) ), 403 );
		}
	}

	/**
	 * A posted member; `items` and `about` are JSON.
	 *
	 * @param string $name Member.
	 * @return mixed Text, or an array; '' or array() for what is not there.
	 */
	private static function posted( $name ) {
		// As WooCommerce's own add_to_cart, see the class.
		// phpcs:disable WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput
		$text = isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) ? wp_unslash( $_POST[ $name ] ) : '';
		// phpcs:enable
		if ( 'items' !== $name && 'about' !== $name ) {
			return sanitize_text_field( $text );
		}
		$value = strlen( $text ) <= self::MOST_BYTES ? json_decode( $text, true, 6 ) : null;
		return is_array( $value ) ? $value : array();
	}

	/**
	 * Items as they are used. A variation may carry choices the shop leaves open: "123:attribute_pa_size=m&attribute_colour=red".
	 *
	 * @param array $given Of the page.
	 * @return array product_id, variation_id (numbers), quantity, variation (attributes); empty when one is wrong.
	 */
	public static function items( array $given ) {
		$items = array();
		foreach ( array_slice( $given, 0, self::MOST_ITEMS ) as $one ) {
			$id = is_array( $one ) && isset( $one['product_id'] ) && is_scalar( $one['product_id'] ) ? absint( $one['product_id'] ) : 0;
			if ( ! $id ) {
				return array();
			}
			$version  = isset( $one['variation_id'] ) && is_scalar( $one['variation_id'] ) ? explode( ':', (string) $one['variation_id'], 2 ) : array( '' );
			$quantity = isset( $one['quantity'] ) && is_numeric( $one['quantity'] ) ? (float) $one['quantity'] : 1;
			$chosen   = array();
			parse_str( isset( $version[1] ) ? $version[1] : '', $chosen );
			$items[] = array(
				'product_id'   => $id,
				'variation_id' => absint( $version[0] ),
				'quantity'     => wc_stock_amount( max( 0, min( self::MOST_NUMBER, $quantity ) ) ),
				'variation'    => array_filter( $chosen, 'is_string' ),
			);
		}
		return $items;
	}

	/* ---- putting into the cart ---- */

	/**
	 * Puts all items into the cart; when one cannot be, the cart is again as it was.
	 *
	 * @param array $items Of items().
	 * @param array $lines index => data of the line; false: it is there already.
	 * @return string '' or why not, a sentence.
	 */
	private static function put_all( array $items, array $lines ) {
		$kept = WC()->cart->get_cart_contents();
		foreach ( $items as $i => $item ) {
			$line = isset( $lines[ $i ] ) ? $lines[ $i ] : array();
			$why  = false === $line ? '' : self::put( $item, $line );
			if ( '' !== $why ) {
				WC()->cart->set_cart_contents( $kept );
				WC()->cart->calculate_totals();
				return $why;
			}
		}
		return '';
	}

	/**
	 * Puts one item into the cart. A line with an offer has one unit of it; the others are bought at the normal price.
	 *
	 * @param array $item Of items().
	 * @param array $line Data of the line.
	 * @return string '' or why not, a sentence.
	 */
	private static function put( array $item, array $line ) {
		$product = wc_get_product( $item['variation_id'] ? $item['variation_id'] : $item['product_id'] );
		$parent  = $item['product_id'];
		if ( ! $product || 'publish' !== $product->get_status() ) {
			return __( 'This product is no longer in the shop.', 'vitrine' );
		}
		if ( $product->is_type( 'variation' ) ) {
			$item['variation_id'] = $product->get_id();
			$parent               = $product->get_parent_id();
			$item['variation']    = self::attributes( $product, $item['variation'] );
		} elseif ( $product->is_type( 'variable' ) ) {
			/* translators: %s: name of a product. */
			return sprintf( __( 'Please choose a version of "%s" first.', 'vitrine' ), $product->get_name() );
		}
		$parts = $line && $item['quantity'] > 1 ? array( array( 1, $line ), array( $item['quantity'] - 1, array() ) ) : array( array( $item['quantity'], $line ) );
		foreach ( $parts as $part ) {
			// phpcs:ignore WooCommerce.Commenting.CommentHooks.MissingHookComment
			$passed = $part[0] > 0 && apply_filters( 'woocommerce_add_to_cart_validation', true, $parent, $part[0], $item['variation_id'], $item['variation'] );
			if ( ! $passed || false === WC()->cart->add_to_cart( $parent, $part[0], $item['variation_id'], $item['variation'], $part[1] ) ) {
				return self::last_notice();
			}
			do_action( 'woocommerce_ajax_added_to_cart', $parent ); // phpcs:ignore WooCommerce.Commenting.CommentHooks.MissingHookComment
		}
		return '';
	}

	/**
	 * Attributes of a variation: its own, and for those that it leaves open what was chosen.
	 *
	 * @param WC_Product_Variation $variation Variation.
	 * @param array                $chosen    attribute_NAME => value.
	 * @return array
	 */
	private static function attributes( $variation, array $chosen ) {
		$all = array();
		foreach ( $variation->get_variation_attributes() as $name => $value ) {
			$all[ $name ] = '' !== $value ? $value : ( isset( $chosen[ $name ] ) ? wc_clean( $chosen[ $name ] ) : '' );
		}
		return $all;
	}

	/**
	 * What WooCommerce says when it puts nothing in.
	 *
	 * @return string A sentence.
	 */
	private static function last_notice() {
		$errors = wc_get_notices( 'error' );
		$last   = end( $errors );
		$text   = is_array( $last ) && isset( $last['notice'] ) ? wp_strip_all_tags( $last['notice'] ) : '';
		return '' !== $text ? html_entity_decode( $text, ENT_QUOTES, 'UTF-8' ) : __( 'This product cannot be put into the cart.', 'vitrine' );
	}

	/* ---- answers ---- */

	/**
	 * The cart as the widget knows it.
	 *
	 * @return array
	 */
	private static function state() {
		$cart = WC()->cart;
		return array(
			'items'     => $cart ? Vitrine_Carts::told( Vitrine_Carts::lines( $cart ) ) : array(),
			'count'     => $cart ? $cart->get_cart_contents_count() : 0,
			'cart_hash' => $cart ? $cart->get_cart_hash() : '',
		);
	}

	/**
	 * What themes draw their mini cart from, as WooCommerce's own add_to_cart answers it.
	 *
	 * @return array
	 */
	private static function fragments() {
		ob_start();
		woocommerce_mini_cart();
		$mini = ob_get_clean();
		return array(
			// phpcs:ignore WooCommerce.Commenting.CommentHooks.MissingHookComment
			'fragments' => apply_filters( 'woocommerce_add_to_cart_fragments', array( 'div.widget_shopping_cart_content' => '<div class="widget_shopping_cart_content">' . $mini . '</div>' ) ),
		);
	}

	/**
	 * The rows of one variation: one, or one for each choice that it leaves open.
	 *
	 * @param WC_Product_Variable  $product   Parent.
	 * @param WC_Product_Variation $variation Variation.
	 * @return array id, label, price_text, in_stock.
	 */
	private static function versions( $product, $variation ) {
		$ways = array( array() );
		$all  = $product->get_variation_attributes();
		foreach ( $variation->get_attributes() as $name => $value ) {
			$taxonomy = 0 === strpos( $name, 'pa_' ) ? $name : wc_attribute_label( $name, $product );
			$open     = isset( $all[ $taxonomy ] ) ? $all[ $taxonomy ] : ( isset( $all[ $name ] ) ? $all[ $name ] : array() );
			$ways     = self::times( $ways, $name, '' !== $value ? array( $value ) : array_values( $open ) );
		}
		$rows = array();
		foreach ( array_slice( $ways, 0, self::MOST_SHOWN ) as $way ) {
			$open   = array_diff_key( $way, array_filter( $variation->get_attributes(), 'strlen' ) );
			$rows[] = array(
				'id'         => $variation->get_id() . ( $open ? ':' . http_build_query( self::prefixed( $open ) ) : '' ),
				'label'      => self::label( $way ),
				'price_text' => html_entity_decode( wp_strip_all_tags( wc_price( wc_get_price_to_display( $variation ) ) ), ENT_QUOTES, 'UTF-8' ),
				'in_stock'   => $variation->is_in_stock(),
			);
		}
		return $rows;
	}

	/**
	 * Each way so far with each value of one more attribute.
	 *
	 * @param array  $ways   Lists of name => value.
	 * @param string $name   Attribute.
	 * @param array  $values Its values.
	 * @return array
	 */
	public static function times( array $ways, $name, array $values ) {
		$more = array();
		foreach ( $ways as $way ) {
			foreach ( $values as $value ) {
				$more[] = $way + array( $name => $value );
				if ( count( $more ) >= self::MOST_SHOWN ) {
					return $more;
				}
			}
		}
		return $more;
	}

	/**
	 * Names as a form of the shop would send them.
	 *
	 * @param array $chosen name => value.
	 * @return array
	 */
	private static function prefixed( array $chosen ) {
		$out = array();
		foreach ( $chosen as $name => $value ) {
			$out[ 'attribute_' . $name ] = $value;
		}
		return $out;
	}

	/**
	 * What a choice is called.
	 *
	 * @param array $way name => value.
	 * @return string
	 */
	private static function label( array $way ) {
		$words = array();
		foreach ( $way as $name => $value ) {
			$term    = taxonomy_exists( $name ) ? get_term_by( 'slug', $value, $name ) : false;
			$words[] = $term ? $term->name : $value;
		}
		return implode( ' / ', $words );
	}

	/**
	 * Answers and ends.
	 *
	 * @param array $answer What to say.
	 */
	private static function answer( array $answer ) {
		wp_send_json( $answer );
	}

	/**
	 * Refuses with a sentence for the visitor, and ends. The status is 200, as of WooCommerce's own: no browser writes an error into its log.
	 *
	 * @param string $why Sentence.
	 */
	private static function refuse( $why ) {
		wp_send_json( array( 'error' => array( 'message' => $why ) ) );
	}
}

<?php
/**
 * Links that restore a cart.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * `?vitrine_cart=TOKEN` puts what lay in a cart into the cart at hand, on any device. What is there stays: quantities only rise, to what the
 * other cart had, and only as far as there is stock. Whoever has the link sees products, never whose they were; nobody is logged in by it.
 */
final class Vitrine_Recovery {

	const PARAMETER  = Vitrine_Hooks::CART;
	const BACK       = 'back';          // In place of a token: the cart's page, just after.
	const VALID_DAYS = 30;

	/**
	 * Of the link.
	 *
	 * @var string
	 */
	private static $token = '';

	/**
	 * Adds the hooks: the address has our parameter.
	 */
	public static function hooks() {
		// A link of a letter: the token itself proves that it may.
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended
		$token = isset( $_GET[ self::PARAMETER ] ) ? sanitize_text_field( wp_unslash( $_GET[ self::PARAMETER ] ) ) : '';
		if ( self::BACK === $token ) {
			add_filter( 'render_block_woocommerce/cart', array( __CLASS__, 'print_notices' ) );
		} elseif ( '' !== $token ) {
			self::$token = $token;
			add_action( 'template_redirect', array( __CLASS__, 'open' ), 1 );
		}
	}

	/**
	 * The cart block prints no notices of its own.
	 *
	 * @param string $html Of the block.
	 * @return string
	 */
	public static function print_notices( $html ) {
		return wc_print_notices( true ) . $html;
	}

	/**
	 * The link was followed.
	 */
	public static function open() {
		if ( ! WC()->cart || ! WC()->session ) {
			return;
		}
		nocache_headers();
		header( 'Referrer-Policy: no-referrer' );
		$found = preg_match( '/^[\w-]{43}$/D', self::$token ) ? Vitrine_Carts::find( self::$token, time() - self::VALID_DAYS * DAY_IN_SECONDS ) : null;
		if ( ! WC()->session->has_session() ) {
			WC()->session->set_customer_session_cookie( true );
		}
		if ( $found ) {
			self::say( self::restore( $found['lines'] ) );
			self::adopt( $found['seed'] );
		} else {
			wc_add_notice( __( 'This link has ended or its cart was ordered already.', 'vitrine' ), 'notice' );
		}
		wp_safe_redirect( add_query_arg( self::PARAMETER, self::BACK, wc_get_cart_url() ) );
		exit;
	}

	/**
	 * The restored cart goes on under its own name; another one that lay here became part of it.
	 *
	 * @param string $seed Of the restored cart.
	 */
	private static function adopt( $seed ) {
		$before = (string) WC()->session->get( Vitrine_Carts::SEED, '' );
		if ( '' !== $before && $before !== $seed ) {
			Vitrine_Carts::end( $before, 'emptied' );
		}
		WC()->session->set( Vitrine_Carts::SEED, $seed );
	}

	/**
	 * What is to be put in so that the cart holds all of both: for each kept line as many as lie in it more than here. Pure.
	 *
	 * @param array $here  Lines of the cart at hand, as Vitrine_Carts::lines() has them.
	 * @param array $there Kept lines.
	 * @return array Lines with the quantity to add.
	 */
	public static function missing( array $here, array $there ) {
		$have = array();
		foreach ( $here as $line ) {
			$name          = self::name( $line );
			$have[ $name ] = ( isset( $have[ $name ] ) ? $have[ $name ] : 0 ) + $line['quantity'];
		}
		$wanted = array();
		foreach ( $there as $line ) {
			$name = self::name( $line );
			if ( isset( $wanted[ $name ] ) ) {
				$wanted[ $name ]['quantity'] += (float) $line['quantity'];
			} else {
				$wanted[ $name ] = array( 'quantity' => (float) $line['quantity'] ) + $line;
			}
		}
		$missing = array();
		foreach ( $wanted as $name => $line ) {
			$line['quantity'] -= isset( $have[ $name ] ) ? $have[ $name ] : 0;
			if ( $line['quantity'] > 0 ) {
				$missing[] = $line;
			}
		}
		return $missing;
	}

	/**
	 * What makes two lines the same thing: product, variation and what was chosen.
	 *
	 * @param array $line Of a cart.
	 * @return string
	 */
	private static function name( array $line ) {
		$chosen = isset( $line['variation'] ) && is_array( $line['variation'] ) ? $line['variation'] : array();
		ksort( $chosen );
		return $line['product_id'] . '/' . $line['variation_id'] . '/' . wp_json_encode( $chosen );
	}

	/**
	 * Puts kept lines into the cart.
	 *
	 * @param array $lines Kept.
	 * @return array restored: number of lines; short: names of those not, or not wholly, there.
	 */
	private static function restore( array $lines ) {
		$told   = wc_get_notices();
		$result = array(
			'restored' => 0,
			'short'    => array(),
		);
		foreach ( self::missing( Vitrine_Carts::lines( WC()->cart ), $lines ) as $line ) {
			$product = wc_get_product( $line['variation_id'] ? $line['variation_id'] : $line['product_id'] );
			$number  = $product && $product->is_purchasable() && $product->is_in_stock() ? self::possible( $product, $line['quantity'] ) : 0;
			$done    = $number > 0 && self::put( $line, $number );

			$result['restored'] += $done ? 1 : 0;
			if ( $product && ( ! $done || $number < $line['quantity'] ) ) {
				$result['short'][] = $product->get_name();
			}
		}
		wc_set_notices( $told );
		return $result;
	}

	/**
	 * As many of a product as may still go into the cart.
	 *
	 * @param WC_Product $product Product or variation.
	 * @param float      $wanted  So many.
	 * @return float
	 */
	private static function possible( $product, $wanted ) {
		$in_cart = 0;
		foreach ( WC()->cart->get_cart() as $line ) {
			$same     = $line['data']->get_stock_managed_by_id() === $product->get_stock_managed_by_id();
			$in_cart += $same ? $line['quantity'] : 0;
		}
		if ( $product->is_sold_individually() ) {
			return $in_cart ? 0 : 1;
		}
		$limited = $product->managing_stock() && ! $product->backorders_allowed();
		return $limited ? max( 0, min( $wanted, $product->get_stock_quantity() - $in_cart ) ) : $wanted;
	}

	/**
	 * One line into the cart, as the shop's own form would.
	 *
	 * @param array $line   Kept.
	 * @param float $number Units.
	 * @return bool
	 */
	private static function put( array $line, $number ) {
		$id        = (int) $line['product_id'];
		$variation = (int) $line['variation_id'];
		$chosen    = is_array( $line['variation'] ) ? array_map( 'wc_clean', $line['variation'] ) : array();
		// phpcs:ignore WooCommerce.Commenting.CommentHooks.MissingHookComment
		$passed = apply_filters( 'woocommerce_add_to_cart_validation', true, $id, $number, $variation, $chosen );
		return $passed && false !== WC()->cart->add_to_cart( $id, $number, $variation, $chosen );
	}

	/**
	 * Tells the visitor how it went.
	 *
	 * @param array $result Of restore().
	 */
	private static function say( array $result ) {
		if ( $result['short'] ) {
			/* translators: %s: names of products. */
			wc_add_notice( sprintf( __( 'No longer there in that number: %s', 'vitrine' ), esc_html( implode( ', ', array_unique( $result['short'] ) ) ) ), 'notice' );
		}
		if ( $result['restored'] || ! $result['short'] ) {
			wc_add_notice( __( 'Your cart is back.', 'vitrine' ), 'success' );
		}
	}
}

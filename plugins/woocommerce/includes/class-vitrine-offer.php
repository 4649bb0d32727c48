<?php
/**
 * One offer of the server: its token, its price, when it holds.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * What can be said of offers without asking anybody: no settings, no database, no clock. Vitrine_Offers puts them into the cart.
 *
 * A token is base64url(JSON) + "." + base64url(HMAC-SHA256(secret, "offer." + base64url(JSON))), without padding; the secret is the
 * plugin's as its 64 hexadecimal digits.
 */
final class Vitrine_Offer {

	const KINDS         = array( 'bundle', 'incentive' );
	const MOST_BYTES    = 2000;
	const MOST_PRODUCTS = 8;
	const MOST_IN_CART  = 3;
	const LONGEST       = 7200;   // Seconds an offer may still have to run; one with more was not made by our server.
	const CLOCKS_APART  = 600;

	/**
	 * Digits behind the point and the steps that shops write prices in, in the smallest unit, where these are not 2 and 1. As the
	 * server has them (src/schema/currency.c), so that the price in the cart is the one that was shown.
	 */
	const CURRENCIES = array(
		'BHD' => array( 3, 1 ),
		'BIF' => array( 0, 1 ),
		'CHF' => array( 2, 5 ),
		'CLF' => array( 4, 1 ),
		'CLP' => array( 0, 10 ),
		'COP' => array( 2, 10000 ),
		'CZK' => array( 2, 100 ),
		'DJF' => array( 0, 1 ),
		'GNF' => array( 0, 1 ),
		'HUF' => array( 2, 100 ),
		'IDR' => array( 2, 10000 ),
		'IQD' => array( 3, 1 ),
		'IRR' => array( 2, 100000 ),
		'ISK' => array( 0, 1 ),
		'JOD' => array( 3, 1 ),
		'JPY' => array( 0, 1 ),
		'KMF' => array( 0, 1 ),
		'KRW' => array( 0, 10 ),
		'KWD' => array( 3, 1 ),
		'LBP' => array( 2, 100000 ),
		'LYD' => array( 3, 1 ),
		'OMR' => array( 3, 1 ),
		'PYG' => array( 0, 100 ),
		'RSD' => array( 2, 100 ),
		'RWF' => array( 0, 1 ),
		'TND' => array( 3, 1 ),
		'UGX' => array( 0, 1 ),
		'UYI' => array( 0, 1 ),
		'UYW' => array( 4, 1 ),
		'UZS' => array( 2, 10000 ),
		'VND' => array( 0, 1000 ),
		'VUV' => array( 0, 1 ),
		'XAF' => array( 0, 1 ),
		'XOF' => array( 0, 1 ),
		'XPF' => array( 0, 1 ),
	);

	/**
	 * Reads a token: whether our server signed it, for this shop, and of the form that is known. Not whether it has ended.
	 *
	 * @param mixed  $token  Of the page or the cart.
	 * @param string $secret The plugin's, 64 hexadecimal digits.
	 * @param int    $store  This shop's number on the server.
	 * @return array|null id, kind, products (texts), percent, visitor, rec, exp.
	 */
	public static function read( $token, $secret, $store ) {
		if ( ! is_string( $token ) || strlen( $token ) > self::MOST_BYTES || 64 !== strlen( $secret ) ) {
			return null;
		}
		$parts = explode( '.', $token );
		if ( 2 !== count( $parts ) || ! hash_equals( self::encode( hash_hmac( 'sha256', 'offer.' . $parts[0], $secret, true ) ), $parts[1] ) ) {
			return null;
		}
		$facts = json_decode( self::decode( $parts[0] ), true, 8 );
		return is_array( $facts ) && self::is_known( $facts ) && $store === $facts['store'] ? self::clean( $facts ) : null;
	}

	/**
	 * Whether facts have the members of version 1, within their limits.
	 *
	 * @param array $facts Of a token.
	 * @return bool
	 */
	private static function is_known( array $facts ) {
		foreach ( array( 'v', 'store', 'percent', 'exp' ) as $name ) {
			if ( ! isset( $facts[ $name ] ) || ! is_int( $facts[ $name ] ) ) {
				return false;
			}
		}
		$id       = isset( $facts['id'] ) ? $facts['id'] : '';
		$kind     = isset( $facts['kind'] ) ? $facts['kind'] : '';
		$products = isset( $facts['products'] ) && is_array( $facts['products'] ) ? $facts['products'] : array();
		return 1 === $facts['v'] && is_string( $id ) && 1 === preg_match( '/^[0-9A-Z]{26}$/D', $id ) && in_array( $kind, self::KINDS, true )
			&& $facts['percent'] >= 1 && $facts['percent'] <= 90 && array_filter( $products, 'is_string' ) === $products
			&& count( $products ) === count( array_unique( $products ) ) && count( $products ) <= self::MOST_PRODUCTS
			&& count( $products ) >= ( 'bundle' === $kind ? 2 : 1 );
	}

	/**
	 * The members that are used.
	 *
	 * @param array $facts Known to be good.
	 * @return array
	 */
	private static function clean( array $facts ) {
		return array(
			'id'       => $facts['id'],
			'kind'     => $facts['kind'],
			'products' => array_values( $facts['products'] ),
			'percent'  => $facts['percent'],
			'visitor'  => isset( $facts['visitor'] ) && is_string( $facts['visitor'] ) ? $facts['visitor'] : '',
			'rec'      => isset( $facts['rec'] ) && is_string( $facts['rec'] ) ? $facts['rec'] : '',
			'exp'      => $facts['exp'],
		);
	}

	/**
	 * Whether an offer still runs. One that runs longer than any may was made with a wrong clock, and does not.
	 *
	 * @param array $offer Of read().
	 * @param int   $now   Seconds, UTC.
	 * @return bool
	 */
	public static function runs( array $offer, $now ) {
		return $offer['exp'] > $now && $offer['exp'] <= $now + self::LONGEST + self::CLOCKS_APART;
	}

	/**
	 * Whether an offer is of a product; variable products are named by the parent, by one variation, or both.
	 *
	 * @param array      $offer        Of read().
	 * @param int|string $product_id   The line's product, a parent.
	 * @param int|string $variation_id The line's variation, 0 for none.
	 * @return string The id that the offer has it by, '' when it is not of it.
	 */
	public static function product_of( array $offer, $product_id, $variation_id ) {
		foreach ( array( (string) $variation_id, (string) $product_id ) as $id ) {
			if ( '0' !== $id && '' !== $id && in_array( $id, $offer['products'], true ) ) {
				return $id;
			}
		}
		return '';
	}

	/**
	 * A price with so many percent off, as the server reckons it: the part taken off is rounded half up to the smallest unit, the price
	 * to the step of the currency, where that still is less.
	 *
	 * @param float  $price    Of one unit, 0 or more.
	 * @param int    $percent  1 to 90.
	 * @param string $currency ISO 4217.
	 * @return float
	 */
	public static function price( $price, $percent, $currency ) {
		list( $digits, $step ) = isset( self::CURRENCIES[ $currency ] ) ? self::CURRENCIES[ $currency ] : array( 2, 1 );

		$unit = pow( 10, $digits );
		$full = (int) round( $price * $unit );
		$off  = intdiv( $full, 100 ) * $percent + intdiv( $full % 100 * $percent + 50, 100 );
		$less = intdiv( $full - $off + intdiv( $step, 2 ), $step ) * $step;
		return (float) ( ( $less < $full ? $less : $full - $off ) / $unit );
	}

	/**
	 * Which lines of a cart get their offer's price. A line has one offer and one unit; a product counts once an offer; a bundle holds
	 * while all its products are there; at most three offers a cart, the first that came.
	 *
	 * @param array $lines   key => array( offer: of read() or null, product_id, variation_id, quantity ), in the cart's order.
	 * @param array $used    Ids of offers that another order used up.
	 * @param int   $now     Seconds, UTC.
	 * @param bool  $coupons Whether coupons stand in the way.
	 * @return array key => granted, or why not: invalid, ended, used (for good); coupon, incomplete, many (for now).
	 */
	public static function decide( array $lines, array $used, $now, $coupons ) {
		$verdicts = array();
		$found    = array();    // offer id => product => key.
		foreach ( $lines as $key => $line ) {
			$verdicts[ $key ] = self::judge( $line, $used, $now );
			if ( 'granted' !== $verdicts[ $key ] ) {
				continue;
			}
			$id      = $line['offer']['id'];
			$product = self::product_of( $line['offer'], $line['product_id'], $line['variation_id'] );
			if ( isset( $found[ $id ][ $product ] ) ) {
				$verdicts[ $key ] = 'invalid';
			} elseif ( ! isset( $found[ $id ] ) && count( $found ) >= self::MOST_IN_CART ) {
				$verdicts[ $key ] = 'many';
			} else {
				$found[ $id ][ $product ] = $key;
			}
		}
		foreach ( $found as $keys ) {
			$offer = $lines[ reset( $keys ) ]['offer'];
			$why   = $coupons ? 'coupon' : ( 'bundle' === $offer['kind'] && count( $keys ) < count( $offer['products'] ) ? 'incomplete' : 'granted' );
			foreach ( $keys as $key ) {
				$verdicts[ $key ] = $why;
			}
		}
		return $verdicts;
	}

	/**
	 * A line for itself.
	 *
	 * @param array $line As decide() takes it.
	 * @param array $used Ids of offers used up.
	 * @param int   $now  Seconds, UTC.
	 * @return string
	 */
	private static function judge( array $line, array $used, $now ) {
		if ( ! $line['offer'] || '' === self::product_of( $line['offer'], $line['product_id'], $line['variation_id'] ) ) {
			return 'invalid';
		}
		if ( in_array( $line['offer']['id'], $used, true ) ) {
			return 'used';
		}
		if ( ! self::runs( $line['offer'], $now ) ) {
			return 'ended';
		}
		return 1 === (int) $line['quantity'] ? 'granted' : 'many';
	}

	/**
	 * Base64url without padding.
	 *
	 * @param string $bytes Any.
	 * @return string
	 */
	public static function encode( $bytes ) {
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode
		return rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' );
	}

	/**
	 * The other way; '' for what is no base64url.
	 *
	 * @param string $text Base64url.
	 * @return string
	 */
	private static function decode( $text ) {
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode
		return preg_match( '/^[\w-]+$/D', $text ) ? (string) base64_decode( strtr( $text, '-_', '+/' ), false ) : '';
	}
}

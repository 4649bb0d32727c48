<?php
/**
 * What lies in carts, told to the server.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Tells the server of a cart that changed, with a link that restores it anywhere, once it is known whose it is. The token of the link is
 * made of a seed by the site's own salts: the database has the seed and the token's hash, so nobody makes links of a stolen copy of it.
 * Restoring is Vitrine_Recovery's.
 */
final class Vitrine_Carts {

	const TABLE     = 'cart';
	const SEED      = 'vitrine_cart';        // In the session: the cart's name for us.
	const TOLD      = 'vitrine_cart_told';   // In the session: digest of what was told last.
	const EMAIL     = 'vitrine_email';       // In the session: the address, given with consent.
	const CONSENT   = 'vitrine_email_consent';
	const MOST      = 100;                   // Lines.
	const KEPT_DAYS = 90;

	/**
	 * Whether the cart changed in this request.
	 *
	 * @var bool
	 */
	private static $changed = false;

	/**
	 * The cart, or whose it is, changed.
	 */
	public static function note_change() {
		self::$changed = true;
		add_action( 'shutdown', array( __CLASS__, 'tell' ), 5 );        // WooCommerce saves its session at 20.
	}

	/**
	 * When the request ends: tells of the cart if it is another one than was told. What needs the database waits until the answer is out.
	 */
	public static function tell() {
		if ( ! self::$changed || ! WC()->session || ! WC()->cart || 'none' === Vitrine_Visitor::consent() ) {
			return;
		}
		self::$changed = false;
		$who           = self::owner();
		$lines         = self::lines( WC()->cart );
		$seed          = (string) WC()->session->get( self::SEED, '' );
		$digest        = md5( (string) wp_json_encode( array( $who, $lines ) ) );
		if ( WC()->session->get( self::TOLD ) === $digest || ! self::is_worth_telling( $who, $lines, $seed ) ) {
			return;
		}
		if ( '' === $seed ) {
			$seed = bin2hex( random_bytes( 16 ) );
			WC()->session->set( self::SEED, $seed );
		}
		WC()->session->set( self::TOLD, $digest );
		Vitrine_Late::add( array( __CLASS__, 'keep' ), array( $seed, $who, $lines ) );
		Vitrine_Queue::add( 'cart', self::message( $seed, $who, $lines ), 'cart:' . self::hash( $seed ) );
	}

	/**
	 * Nobody's cart is nobody's business, and an empty one only when it was told with something in it.
	 *
	 * @param array  $who   Of owner().
	 * @param array  $lines Of lines().
	 * @param string $seed  '' when nothing was told.
	 * @return bool
	 */
	private static function is_worth_telling( array $who, array $lines, $seed ) {
		return '' !== $seed || ( $lines && ( '' !== $who['visitor_id'] || '' !== $who['customer_id'] || '' !== $who['email'] ) );
	}

	/**
	 * Whose cart it is, as far as he wants that known.
	 *
	 * @return array visitor_id, customer_id, email (only with consent), email_consent.
	 */
	private static function owner() {
		$user    = get_current_user_id();
		$consent = (bool) WC()->session->get( self::CONSENT, false ) || ( $user && 'yes' === get_user_meta( $user, Vitrine_Checkout::META_CONSENT, true ) );
		$email   = (string) WC()->session->get( self::EMAIL, '' );
		if ( '' === $email && WC()->customer ) {
			$email = (string) WC()->customer->get_billing_email();
		}
		return array(
			'visitor_id'    => Vitrine_Visitor::id(),
			'customer_id'   => $user ? (string) $user : '',
			'email'         => $consent && is_email( $email ) ? $email : '',
			'email_consent' => $consent,
		);
	}

	/**
	 * The lines of a cart, as they are needed to fill it again.
	 *
	 * @param WC_Cart $cart The cart.
	 * @return array product_id, variation_id (texts; '' for none), quantity, price, variation (attributes).
	 */
	public static function lines( $cart ) {
		$lines = array();
		foreach ( array_slice( $cart->get_cart(), 0, self::MOST ) as $line ) {
			$lines[] = array(
				'product_id'   => (string) $line['product_id'],
				'variation_id' => $line['variation_id'] ? (string) $line['variation_id'] : '',
				'quantity'     => (float) $line['quantity'],
				'price'        => (float) $line['data']->get_price(),
				'variation'    => isset( $line['variation'] ) ? (array) $line['variation'] : array(),
			);
		}
		return $lines;
	}

	/**
	 * The lines as they are told: numbers without a point where they have none, variations only where there are.
	 *
	 * @param array $lines Of lines().
	 * @return array
	 */
	public static function told( array $lines ) {
		$items = array();
		foreach ( $lines as $line ) {
			$item = array(
				'product_id' => $line['product_id'],
				'quantity'   => floor( $line['quantity'] ) === $line['quantity'] ? (int) $line['quantity'] : $line['quantity'],
				'price'      => $line['price'],
			);
			if ( '' !== $line['variation_id'] ) {
				$item['variation_id'] = $line['variation_id'];
			}
			$items[] = $item;
		}
		return $items;
	}

	/**
	 * The message of a cart. Its link is put in when it is sent, so that no link lies in the database.
	 *
	 * @param string $seed  Of the cart.
	 * @param array  $who   Of owner().
	 * @param array  $lines Of lines().
	 * @return array
	 */
	private static function message( $seed, array $who, array $lines ) {
		return array_filter( $who, array( __CLASS__, 'is_said' ) ) + array(
			'token'    => self::hash( $seed ),
			'seed'     => $seed,
			'items'    => self::told( $lines ),
			'total'    => self::total(),
			'currency' => get_woocommerce_currency(),
			'state'    => $lines ? 'open' : 'emptied',
		);
	}

	/**
	 * Whether a member says something.
	 *
	 * @param mixed $value Text or bool.
	 * @return bool
	 */
	private static function is_said( $value ) {
		return '' !== $value;
	}

	/**
	 * The last touch to a message before it is sent: the seed becomes the link.
	 *
	 * @param array $message Of the queue.
	 * @return array
	 */
	public static function finish( array $message ) {
		if ( isset( $message['seed'], $message['state'] ) && 'open' === $message['state'] ) {
			$message['recovery_url'] = add_query_arg( Vitrine_Recovery::PARAMETER, self::token( $message['seed'] ), home_url( '/' ) );
		}
		unset( $message['seed'] );
		return $message;
	}

	/**
	 * What the goods cost, tax included.
	 *
	 * @return float
	 */
	private static function total() {
		return round( (float) WC()->cart->get_cart_contents_total() + (float) WC()->cart->get_cart_contents_tax(), 4 );
	}

	/**
	 * An order was made of the cart: its link restores nothing any more.
	 *
	 * @param WC_Order $order The order.
	 */
	public static function became( $order ) {
		$seed = WC()->session ? (string) WC()->session->get( self::SEED, '' ) : '';
		if ( '' === $seed ) {
			return;
		}
		WC()->session->set( self::SEED, null );
		WC()->session->set( self::TOLD, null );
		self::$changed = false;
		self::end( $seed, 'ordered', array( 'order_id' => (string) $order->get_id() ) );
	}

	/**
	 * A cart is over.
	 *
	 * @param string $seed  Of the cart.
	 * @param string $state ordered or emptied.
	 * @param array  $more  Members of the message.
	 */
	public static function end( $seed, $state, array $more = array() ) {
		$hash    = self::hash( $seed );
		$message = array(
			'token' => $hash,
			'items' => array(),
			'state' => $state,
		);
		Vitrine_Late::add( array( __CLASS__, 'drop' ), array( $hash ) );
		Vitrine_Queue::add( 'cart', $message + $more, 'cart:' . $hash );
	}

	/* ---- tokens ---- */

	/**
	 * The token of a link. Who has the seed but not this site's salts cannot make it.
	 *
	 * @param string $seed Of the cart.
	 * @return string 43 characters.
	 */
	public static function token( $seed ) {
		return Vitrine_Offer::encode( hash_hmac( 'sha256', 'vitrine cart ' . $seed, wp_salt( 'auth' ), true ) );
	}

	/**
	 * What a cart is called in the database and on the server: the hash of its token.
	 *
	 * @param string $seed Of the cart.
	 * @return string 64 hexadecimal digits.
	 */
	public static function hash( $seed ) {
		return hash( 'sha256', self::token( $seed ) );
	}

	/* ---- the table ---- */

	/**
	 * Writes a cart.
	 *
	 * @param string $seed  Of the cart.
	 * @param array  $who   Of owner().
	 * @param array  $lines Of lines().
	 */
	public static function keep( $seed, array $who, array $lines ) {
		$values = array( self::hash( $seed ), $seed, (int) $who['customer_id'], Vitrine_Visitor::email_hash( $who['email'] ), (string) wp_json_encode( $lines ), time() );
		Vitrine_Table::ask( self::TABLE, 'query', 'REPLACE INTO [table] (token_hash, seed, user_id, email_hash, items, changed) VALUES (%s, %s, %d, %s, %s, %d)', $values );
	}

	/**
	 * Takes a cart out.
	 *
	 * @param string $hash Of its token.
	 */
	public static function drop( $hash ) {
		Vitrine_Table::ask( self::TABLE, 'query', 'DELETE FROM [table] WHERE token_hash = %s', array( $hash ) );
	}

	/**
	 * The cart of a link.
	 *
	 * @param string $token  Of the link.
	 * @param int    $newest_s Not changed before that second.
	 * @return array|null seed, lines.
	 */
	public static function find( $token, $newest_s ) {
		$row   = Vitrine_Table::ask( self::TABLE, 'get_row', 'SELECT seed, items FROM [table] WHERE token_hash = %s AND changed >= %d', array( hash( 'sha256', $token ), $newest_s ) );
		$lines = $row ? json_decode( $row->items, true ) : null;
		return is_array( $lines ) ? array(
			'seed'  => $row->seed,
			'lines' => $lines,
		) : null;
	}

	/**
	 * Carts of a person, for him to see and to have deleted.
	 *
	 * @param string $email Address.
	 * @return array Rows with token_hash, seed, items, changed.
	 */
	public static function of_person( $email ) {
		$user = get_user_by( 'email', $email );
		$sql  = "SELECT token_hash, seed, items, changed FROM [table] WHERE ( email_hash <> '' AND email_hash = %s ) OR ( user_id > 0 AND user_id = %d ) ORDER BY changed DESC LIMIT 500";
		return (array) Vitrine_Table::ask( self::TABLE, 'get_results', $sql, array( Vitrine_Visitor::email_hash( $email ), $user ? $user->ID : 0 ) );
	}

	/**
	 * Forgets carts nobody has touched for 90 days.
	 */
	public static function clean() {
		Vitrine_Table::ask( self::TABLE, 'query', 'DELETE FROM [table] WHERE changed < %d LIMIT 10000', array( time() - self::KEPT_DAYS * DAY_IN_SECONDS ) );
	}

	/**
	 * Makes the table; again is harmless.
	 */
	public static function install() {
		Vitrine_Table::make(
			self::TABLE,
			"token_hash char(64) NOT NULL,
			seed char(32) NOT NULL,
			user_id bigint(20) unsigned NOT NULL DEFAULT 0,
			email_hash char(64) NOT NULL DEFAULT '',
			items longtext NOT NULL,
			changed int(10) unsigned NOT NULL,
			PRIMARY KEY  (token_hash),
			KEY user_id (user_id),
			KEY email_hash (email_hash),
			KEY changed (changed)"
		);
	}

	/**
	 * Takes it away, and what customers agreed to with it.
	 */
	public static function remove() {
		Vitrine_Table::drop( self::TABLE );
		delete_metadata( 'user', 0, Vitrine_Checkout::META_CONSENT, '', true );
	}
}

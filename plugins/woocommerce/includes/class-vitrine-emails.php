<?php
/**
 * Suggestions in WooCommerce's letters.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Puts a block of products below the order, in letters to customers. The server draws it. A letter that is written while the customer waits
 * (at checkout) takes the block that was fetched in the background when he opened the checkout, or goes without; others are fetched when
 * they are written.
 */
final class Vitrine_Emails {

	const PRODUCTS     = 4;
	const WAIT_SECONDS = 5;
	const KEPT_SECONDS = 7200;
	const FETCH        = 'vitrine_letter';
	const ASKED        = 'vitrine_letter';   // In the session: array( what was fetched last, second ).

	/**
	 * Letters that have it: the customer's own, when something nice happened.
	 */
	const LETTERS = array( 'customer_on_hold_order', 'customer_processing_order', 'customer_completed_order' );

	/**
	 * The block in a letter.
	 *
	 * @param WC_Order      $order    What it is about.
	 * @param bool          $to_admin A letter to the shop.
	 * @param bool          $plain    The letter is plain text.
	 * @param WC_Email|null $letter   Which one.
	 */
	public static function draw( $order, $to_admin = false, $plain = false, $letter = null ) {
		if ( $to_admin || ! $order instanceof WC_Order || ! isset( $letter->id ) || ! in_array( $letter->id, self::LETTERS, true ) ) {
			return;
		}
		$products = array();
		foreach ( $order->get_items() as $item ) {
			$products[] = (string) $item->get_product_id();
		}
		$block = self::block( self::question( $products, (int) $order->get_customer_id() ), self::may_wait() );
		if ( isset( $block['html'], $block['text'] ) ) {
			echo $plain ? "\n" . esc_html( wp_strip_all_tags( $block['text'] ) ) . "\n" : '<div style="margin-bottom:40px">' . self::clean( $block['html'] ) . '</div>'; // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- clean() is wp_kses().
		}
	}

	/**
	 * Whether nobody waits for this request: the administration, cron, other programs.
	 *
	 * @return bool
	 */
	private static function may_wait() {
		return wp_doing_cron() || ( is_admin() && ! wp_doing_ajax() ) || ( defined( 'WP_CLI' ) && WP_CLI ) || did_action( 'action_scheduler_before_execute' );
	}

	/**
	 * What is asked of the server.
	 *
	 * @param array $products    Ids that were bought: not shown again.
	 * @param int   $customer_id 0: a guest.
	 * @return array
	 */
	private static function question( array $products, $customer_id ) {
		$products = array_values( array_unique( array_map( 'strval', $products ) ) );
		sort( $products );
		return array(
			'customer_id' => $customer_id ? (string) $customer_id : '',
			'cart'        => array_slice( $products, 0, 50 ),
			'n'           => self::PRODUCTS,
			'lang'        => strtolower( substr( get_locale(), 0, 2 ) ),
			'base'        => untrailingslashit( home_url() ),
		);
	}

	/**
	 * The block, fetched ahead or now.
	 *
	 * @param array $question Of question().
	 * @param bool  $now      May be fetched now.
	 * @return array html, text; empty: none.
	 */
	private static function block( array $question, $now ) {
		$name = self::name( $question );
		$kept = get_transient( $name );
		if ( is_array( $kept ) || ! $now ) {
			return is_array( $kept ) ? $kept : array();
		}
		$block = array();
		foreach ( array( 'html', 'text' ) as $part ) {
			$options = array(
				'type'    => 'text',
				'timeout' => self::WAIT_SECONDS,
				'page'    => true,                  // An owner who completes fifty orders does not wait fifty times.
			);
			$answer  = Vitrine_Client::get( '/api/v1/widget/email', $question + array( 'part' => $part ), $options );
			if ( is_wp_error( $answer ) ) {
				return array();
			}
			$block[ $part ] = $answer['text'];
		}
		set_transient( $name, $block, self::KEPT_SECONDS );
		return $block;
	}

	/**
	 * Under which name an answer is kept.
	 *
	 * @param array $question Of question().
	 * @return string
	 */
	private static function name( array $question ) {
		return 'vitrine_letter_' . md5( wp_json_encode( $question ) );
	}

	/**
	 * On the checkout page: what the letter will need is fetched in the background. Once for what is in the cart.
	 */
	public static function fetch_soon() {
		$session = WC()->session;
		if ( ! $session || ! WC()->cart || ! function_exists( 'as_enqueue_async_action' ) ) {
			return;
		}
		$products = array_values( array_unique( array_map( 'strval', wp_list_pluck( WC()->cart->get_cart(), 'product_id' ) ) ) );
		$name     = self::name( self::question( $products, get_current_user_id() ) );
		$asked    = $session->get( self::ASKED );
		if ( ! $products || ( is_array( $asked ) && $asked[0] === $name && $asked[1] > time() - self::KEPT_SECONDS ) ) {
			return;
		}
		$session->set( self::ASKED, array( $name, time() ) );
		Vitrine_Late::add( 'as_enqueue_async_action', array( self::FETCH, array( $products, get_current_user_id() ), 'vitrine' ) );
	}

	/**
	 * In the background: fetches a block.
	 *
	 * @param array $products    Ids.
	 * @param int   $customer_id 0: a guest.
	 */
	public static function fetch( $products, $customer_id ) {
		self::block( self::question( (array) $products, (int) $customer_id ), true );
	}

	/**
	 * What a letter may hold: tables, links, pictures and their style. The server is the owner's; a letter all the same runs nothing.
	 *
	 * @param string $html Of the server.
	 * @return string
	 */
	private static function clean( $html ) {
		$common = array_fill_keys( array( 'style', 'align', 'valign', 'width', 'height', 'bgcolor', 'role', 'class', 'dir', 'lang' ), true );
		$tags   = array_fill_keys( array( 'table', 'tbody', 'tr', 'td', 'th', 'div', 'span', 'p', 'h1', 'h2', 'h3', 'b', 'strong', 'em', 's', 'del', 'ins', 'br' ), $common );

		$tags['table'] += array_fill_keys( array( 'border', 'cellpadding', 'cellspacing' ), true );
		$tags['td']    += array_fill_keys( array( 'colspan', 'rowspan' ), true );
		$tags['a']      = $common + array_fill_keys( array( 'href', 'target', 'rel', 'title' ), true );
		$tags['img']    = $common + array_fill_keys( array( 'src', 'alt', 'border' ), true );
		return wp_kses( $html, $tags, array( 'http', 'https' ) );
	}
}

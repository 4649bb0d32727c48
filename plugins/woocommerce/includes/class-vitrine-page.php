<?php
/**
 * What every page of the shop carries: the widget's script tag, and a few facts about the page.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Writes the tag and the facts. Both are the same for every visitor, so that page caches may keep them: who is there and what lies in the
 * cart is read by the browser. Only the page that thanks for an order, which no cache keeps, tells of that order.
 */
final class Vitrine_Page {

	const SCRIPT = 'vitrine-widget';
	const SHOP   = 'vitrine-shop';

	/**
	 * The order this page thanks for, as WooCommerce has read it.
	 *
	 * @var WC_Order|null
	 */
	private static $order = null;

	/**
	 * Action template_redirect: a page is about to be drawn, and it is known which one. All that visitors see of us is hooked here.
	 */
	public static function begin() {
		if ( ! self::is_shown() ) {
			return;
		}
		add_action( 'wp_enqueue_scripts', array( __CLASS__, 'enqueue' ) );
		add_filter( 'script_loader_tag', array( __CLASS__, 'finish_tag' ), 10, 2 );
		add_action( 'wp_footer', array( __CLASS__, 'print_facts' ), 5 );
		Vitrine_Placements::begin( self::kind() );
		if ( Vitrine_Options::get( 'server_render' ) ) {
			add_action( 'wp_enqueue_scripts', array( 'Vitrine_Render', 'enqueue' ) );
		}
		if ( Vitrine_Options::get( 'track_server' ) ) {
			add_action( 'wp_footer', array( 'Vitrine_Track', 'draw' ), 99 );
		}
		if ( 'order_received' === self::kind() ) {
			add_filter( 'woocommerce_thankyou_order_received_text', array( __CLASS__, 'see_order' ), 10, 2 );
		}
		if ( Vitrine_Options::get( 'email_block' ) && 'checkout' === self::kind() ) {
			add_action( 'wp_footer', array( 'Vitrine_Emails', 'fetch_soon' ), 20 );
		}
	}

	/**
	 * Whether this is a page visitors see: no feed, no preview, no customizer, no AMP (which runs no script of ours).
	 *
	 * @return bool
	 */
	public static function is_shown() {
		$amp = function_exists( 'amp_is_request' ) && did_action( 'wp' ) && amp_is_request();
		return ! is_admin() && ! is_feed() && ! is_preview() && ! is_customize_preview() && ! is_embed() && ! $amp;
	}

	/**
	 * The widget's tag: async, so that no page waits for it, and without a version, as the server's own cache headers say how long it holds.
	 * And the shop's own script for it.
	 */
	public static function enqueue() {
		wp_enqueue_script( self::SCRIPT, Vitrine_Options::get( 'server' ) . '/v.js', array(), null, false ); // phpcs:ignore WordPress.WP.EnqueuedResourceParameters.MissingVersion
		wp_enqueue_script( self::SHOP, plugins_url( 'assets/shop.js', VITRINE_FILE ), array(), VITRINE_VERSION, true );
	}

	/**
	 * Our scripts block nothing.
	 *
	 * @param string $tag    HTML.
	 * @param string $handle Name of the script.
	 * @return string
	 */
	public static function finish_tag( $tag, $handle ) {
		if ( self::SHOP === $handle && false === strpos( $tag, ' defer' ) ) {
			return str_replace( ' src=', ' defer src=', $tag );
		}
		return self::SCRIPT === $handle ? self::describe_tag( $tag ) : $tag;
	}

	/**
	 * Adds what the widget reads off its tag. Optimisers that bundle scripts or start them late are asked to leave this one as it is.
	 *
	 * @param string $tag HTML.
	 * @return string
	 */
	private static function describe_tag( $tag ) {
		$words = array(
			'async'            => '',
			'data-store'       => Vitrine_Options::get( 'public_key' ),
			'data-no-optimize' => '1',
			'data-cfasync'     => 'false',
		);
		if ( 'required' === Vitrine_Options::get( 'consent' ) ) {
			$words['data-consent'] = 'required';
		}
		foreach ( array( 'dnt', 'cookieless' ) as $name ) {
			if ( Vitrine_Options::get( $name ) ) {
				$words[ 'data-' . $name ] = '';
			}
		}
		$said = '';
		foreach ( $words as $name => $value ) {
			$said .= '' === $value ? " $name" : sprintf( ' %s="%s"', $name, esc_attr( $value ) );
		}
		return preg_replace( '/<script\b(?=[^>]*\ssrc=)/', '<script' . $said, $tag, 1 );
	}

	/**
	 * What this page is, in the widget's words.
	 *
	 * @return string home, category, product, cart, checkout, search, search_empty, not_found, order_received or other.
	 */
	public static function kind() {
		static $kind = null;
		if ( null === $kind || ! did_action( 'wp' ) ) {
			$kind = self::find_kind();
		}
		return $kind;
	}

	/**
	 * Finds it. The order matters: the page that thanks is a checkout, the shop may be the front page, a search is a list.
	 *
	 * @return string
	 */
	private static function find_kind() {
		if ( is_404() ) {
			return 'not_found';
		}
		if ( is_search() ) {
			return self::found() ? 'search' : 'search_empty';
		}
		if ( is_wc_endpoint_url( 'order-received' ) ) {
			return 'order_received';
		}
		$is = array(
			'cart'     => is_cart(),
			'checkout' => is_checkout(),
			'product'  => is_product(),
			'home'     => is_front_page(),
			'category' => is_shop() || is_product_taxonomy(),
		);
		$of = array_keys( array_filter( $is ) );
		return $of ? $of[0] : 'other';
	}

	/**
	 * How much a search found.
	 *
	 * @return int
	 */
	private static function found() {
		global $wp_query;
		return isset( $wp_query->found_posts ) ? (int) $wp_query->found_posts : 0;
	}

	/**
	 * The facts, as docs/widget.md has them.
	 *
	 * @return array
	 */
	public static function facts() {
		$kind  = self::kind();
		$facts = array( 'page' => $kind );
		if ( 'product' === $kind ) {
			$facts['product_id'] = (string) get_queried_object_id();
		}
		if ( is_product_category() ) {
			$facts['category'] = (string) get_queried_object_id();
		}
		if ( 'search' === $kind || 'search_empty' === $kind ) {
			$facts['search']  = get_search_query( false );
			$facts['results'] = self::found();
		}
		$order = 'order_received' === $kind ? self::order() : null;
		if ( $order ) {
			$facts['order'] = self::order_facts( $order );
		}
		$price = self::price();
		if ( $price ) {
			$facts['price'] = $price;
		}
		$off = Vitrine_Placements::off();
		if ( $off ) {
			$facts['off'] = $off;
		}
		/**
		 * Changes what a page tells about itself. Pages may be cached: nothing of one visitor belongs here.
		 *
		 * @param array $facts Members as in docs/widget.md.
		 */
		return apply_filters( 'vitrine_page_facts', $facts );
	}

	/**
	 * How this shop writes prices, by its settings and whoever changes them. Text: entities are read, and where a theme makes the symbol
	 * a picture nothing is said, so that the widget goes by what the server knows.
	 *
	 * @return array currency, before, after, thousand, decimal, digits, and trim when zeros behind the point are left out; empty: markup.
	 */
	public static function price() {
		$text  = function ( $html ) {
			return html_entity_decode( (string) $html, ENT_QUOTES | ENT_HTML5, 'UTF-8' );
		};
		$whole = $text( sprintf( get_woocommerce_price_format(), get_woocommerce_currency_symbol(), "\x01" ) );
		$parts = explode( "\x01", $whole );
		if ( 2 !== count( $parts ) || false !== strpbrk( $whole, '<>' ) ) {
			return array();
		}
		$price = array(
			'currency' => get_woocommerce_currency(),
			'before'   => $parts[0],
			'after'    => $parts[1],
			'thousand' => $text( wc_get_price_thousand_separator() ),
			'decimal'  => $text( wc_get_price_decimal_separator() ),
			'digits'   => wc_get_price_decimals(),
		);
		if ( apply_filters( 'woocommerce_price_trim_zeros', false ) ) { // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- WooCommerce's own.
			$price['trim'] = true;
		}
		return $price;
	}

	/**
	 * Filter woocommerce_thankyou_order_received_text: the page has its order; it is not read a second time.
	 *
	 * @param string   $text  As it was.
	 * @param WC_Order $order The order.
	 * @return string
	 */
	public static function see_order( $text, $order = null ) {
		self::$order = $order instanceof WC_Order ? $order : null;
		return $text;
	}

	/**
	 * The order the page thanks for, when the address holds its key.
	 *
	 * @return WC_Order|null
	 */
	private static function order() {
		$id    = absint( get_query_var( 'order-received' ) );
		$order = self::$order && self::$order->get_id() === $id ? self::$order : wc_get_order( $id );
		$key   = isset( $_GET['key'] ) && is_string( $_GET['key'] ) ? sanitize_text_field( wp_unslash( $_GET['key'] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification.Recommended
		return $order instanceof WC_Order && '' !== $key && hash_equals( $order->get_order_key(), $key ) ? $order : null;
	}

	/**
	 * What the widget is told of an order: no name, no address.
	 *
	 * @param WC_Order $order Order.
	 * @return array
	 */
	private static function order_facts( $order ) {
		$items = array();
		foreach ( $order->get_items() as $item ) {
			$line = array(
				'product_id' => (string) $item->get_product_id(),
				'quantity'   => (float) $item->get_quantity(),
				'price'      => (float) $order->get_item_total( $item, true ),
			);
			if ( $item->get_variation_id() ) {
				$line['variation_id'] = (string) $item->get_variation_id();
			}
			$items[] = $line;
		}
		return array(
			'id'    => (string) $order->get_id(),
			'total' => (float) $order->get_total(),
			'items' => $items,
		);
	}

	/**
	 * What assets/shop.js has to know: the same for all visitors too.
	 *
	 * @return array
	 */
	private static function shop_facts() {
		$asks   = Vitrine_Options::get( 'recover_carts' ) && is_checkout() && 'order_received' !== self::kind();
		$offers = Vitrine_Options::grants_offers();
		return array(
			'ajax'       => WC_AJAX::get_endpoint( '%%endpoint%%' ),
			'bundles'    => $offers,
			'incentives' => $offers,
			'contact'    => $asks,
			'question'   => $asks && ! Vitrine_Checkout::has_block_fields() ? Vitrine_Checkout::question() : '',
			'seen'       => Vitrine_Options::get( 'track_server' ) ? Vitrine_Track::address() : '',
		);
	}

	/**
	 * Writes the facts, as data, which no content policy stops. JSON with its angle brackets and ampersands as \u003C and the like cannot end the
	 * element it stands in.
	 */
	public static function print_facts() {
		$flags = JSON_HEX_TAG | JSON_HEX_AMP | JSON_UNESCAPED_UNICODE;
		// phpcs:disable WordPress.Security.EscapeOutput.OutputNotEscaped
		printf( "<script type=\"application/json\" data-vitrine>%s</script>\n", wp_json_encode( self::facts(), $flags ) );
		printf( "<script type=\"application/json\" id=\"vitrine-shop-facts\">%s</script>\n", wp_json_encode( self::shop_facts(), $flags | JSON_UNESCAPED_SLASHES ) );
		// phpcs:enable
	}
}

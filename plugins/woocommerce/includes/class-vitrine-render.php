<?php
/**
 * Suggestions drawn into the page by this shop, for shops that keep no page cache.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Fills a slot with HTML of an answer to recommendations, in the words and numbers of the owner's design. All slots of a page together wait
 * 0.8 s at most; what is not there by then, and what a list cannot show (a bundle's price, overlays, what this browser saw last), is left
 * to the widget as an empty slot. The widget tells impressions of what stands here already; links tell clicks, as those of letters do.
 * No product stands in two lists of a page: they are asked for together, and the widget leaves out what it finds here.
 */
final class Vitrine_Render {

	const CONFIG         = 'vitrine_config';
	const CONFIG_SECONDS = 300;
	const ANSWER_SECONDS = 60;
	const LEAST_SECONDS  = 0.05;

	/**
	 * Layouts that are a list of products.
	 */
	const LAYOUTS = array( 'carousel', 'grid', 'list', 'card' );

	/**
	 * Seconds this page has waited so far.
	 *
	 * @var float
	 */
	private static $waited = 0.0;

	/**
	 * The configuration, once it was asked for.
	 *
	 * @var array|null
	 */
	private static $config = null;

	/**
	 * Products in lists of this page: later ones leave them out.
	 *
	 * @var string[]
	 */
	private static $standing = array();

	/**
	 * What was answered for slots that are not drawn yet.
	 *
	 * @var array slot => answer, empty when there was none.
	 */
	private static $answers = array();

	/**
	 * The style: small, and only where lists are drawn here.
	 */
	public static function enqueue() {
		wp_enqueue_style( 'vitrine-render', plugins_url( 'assets/render.css', VITRINE_FILE ), array(), VITRINE_VERSION );
	}

	/**
	 * A slot with its products.
	 *
	 * @param string $slot  Name.
	 * @param string $width Class that says how wide it is in a block theme.
	 * @return string HTML; empty: the widget is to do it.
	 */
	public static function slot( $slot, $width = '' ) {
		$design = self::design( $slot );
		$answer = $design ? self::take( $slot ) : array();
		if ( empty( $answer['items'] ) || ! is_array( $answer['items'] ) || empty( $answer['rec_id'] ) || ! empty( $answer['display'] ) ) {
			return '';
		}
		$html = '';
		foreach ( array_values( $answer['items'] ) as $i => $item ) {
			$html .= self::card( (array) $item, $i + 1, (string) $answer['rec_id'], $design );
		}
		return sprintf(
			'<section class="vitrine-list is-%1$s%7$s" data-vitrine-slot="%2$s" data-vitrine-rec="%3$s" data-vitrine-placement="%4$s" aria-labelledby="vitrine-%2$s"><h2 id="vitrine-%2$s">%5$s</h2><ul>%6$s</ul></section>',
			esc_attr( $design['layout'] ),
			esc_attr( $slot ),
			esc_attr( $answer['rec_id'] ),
			esc_attr( $design['placement'] ),
			esc_html( $design['title'] ),
			$html,
			'' === $width ? '' : ' ' . esc_attr( $width )
		);
	}

	/**
	 * How the owner wants the slot, when a list drawn here can be that.
	 *
	 * @param string $slot Name.
	 * @return array|null A placement of the configuration.
	 */
	private static function design( $slot ) {
		$row = self::row( $slot );
		return $row && self::is_plain( $row ) ? $row : null;
	}

	/**
	 * The slot in the configuration.
	 *
	 * @param string $slot Name.
	 * @return array|null
	 */
	private static function row( $slot ) {
		$config = self::config();
		foreach ( isset( $config['placements'] ) && is_array( $config['placements'] ) ? $config['placements'] : array() as $row ) {
			if ( isset( $row['slot'] ) && $slot === $row['slot'] ) {
				return $row;
			}
		}
		return null;
	}

	/**
	 * Whether a placement is the same for every visitor: an inline list, at any time, no experiment.
	 *
	 * @param array $row A placement of the configuration.
	 * @return bool
	 */
	private static function is_plain( array $row ) {
		$always = array_filter( isset( $row['schedule'] ) ? (array) $row['schedule'] : array() ) === array();
		$any    = array_diff( isset( $row['audience'] ) ? (array) $row['audience'] : array(), array( 'any' ) ) === array();
		return 'inline' === $row['display'] && in_array( $row['layout'], self::LAYOUTS, true ) && 'recent' !== $row['source']
			&& empty( $row['experiment'] ) && $always && $any && isset( $row['placement'], $row['n'], $row['title'] );
	}

	/**
	 * The configuration of the widget, kept for some minutes; while it cannot be had that is kept for a minute. One page at a time waits for
	 * it: those opened meanwhile leave their slots to the widget.
	 *
	 * @return array
	 */
	private static function config() {
		if ( null === self::$config ) {
			$language = self::language();
			$name     = self::CONFIG . '_' . $language;
			$config   = get_transient( $name );
			if ( ! is_array( $config ) ) {
				set_transient( $name, array(), self::ANSWER_SECONDS );
				$config = self::ask( 'get', '/api/v1/widget/config', array( 'lang' => $language ) );
				if ( $config ) {
					set_transient( $name, $config, self::CONFIG_SECONDS );
				}
			}
			self::$config = $config;
		}
		return self::$config;
	}

	/**
	 * What was answered for a slot: the first one asks for all that this page places by itself.
	 *
	 * @param string $slot Name.
	 * @return array Empty: no answer.
	 */
	private static function take( $slot ) {
		if ( ! isset( self::$answers[ $slot ] ) ) {
			self::ask_together( $slot );
		}
		$answer = self::$answers[ $slot ];
		unset( self::$answers[ $slot ] );
		return $answer;
	}

	/**
	 * One question for a slot and those still to come. What the widget will draw beside them and nothing else could fill is kept free for it.
	 *
	 * @param string $slot Name.
	 */
	private static function ask_together( $slot ) {
		$rows  = self::in_turn( $slot );
		$lists = array();
		foreach ( $rows as $row ) {
			$lists[] = self::list_of( $row );
		}
		$told = self::answer( self::question( $lists ) );
		foreach ( array_keys( $rows ) as $i => $name ) {
			if ( isset( $lists[ $i ]['reserve'] ) ) {
				continue;
			}
			$answer                 = isset( $told['lists'][ $i ] ) && is_array( $told['lists'][ $i ] ) ? $told['lists'][ $i ] : array();
			$items                  = isset( $answer['items'] ) && is_array( $answer['items'] ) ? $answer['items'] : array();
			self::$answers[ $name ] = $answer;
			self::$standing         = array_merge( self::$standing, array_map( 'strval', array_column( $items, 'product_id' ) ) );
		}
	}

	/**
	 * A slot and those of this page that are to come, who may choose first in front, as the widget has it: what is bought together, lists of
	 * one source, the others.
	 *
	 * @param string $slot Name.
	 * @return array slot => row of the configuration.
	 */
	private static function in_turn( $slot ) {
		$turns = array( array(), array(), array() );
		foreach ( array_merge( array( $slot ), Vitrine_Placements::to_come() ) as $name ) {
			$row  = self::row( $name );
			$turn = self::turn( $row );
			if ( $row && ! isset( self::$answers[ $name ] ) && ( self::is_plain( $row ) || $turn < 2 ) ) {
				$turns[ $turn ][ $name ] = $row;
			}
		}
		return $turns[0] + $turns[1] + $turns[2];
	}

	/**
	 * Whose choice is first.
	 *
	 * @param array|null $row A placement of the configuration.
	 * @return int 0 to 2; 2 for what is no list of suggestions in the page, too.
	 */
	private static function turn( $row ) {
		if ( ! isset( $row['display'], $row['layout'], $row['source'], $row['placement'], $row['n'] ) || 'inline' !== $row['display'] || 'recent' === $row['source'] ) {
			return 2;
		}
		return 'bundle' === $row['layout'] ? 0 : ( in_array( $row['source'], array( 'all', '' ), true ) ? 2 : 1 );
	}

	/**
	 * What is asked for a slot.
	 *
	 * @param array $row A placement of the configuration.
	 * @return array
	 */
	private static function list_of( array $row ) {
		$ask = array(
			'placement' => (string) $row['placement'],
			'n'         => (int) $row['n'],
		);
		if ( ! in_array( $row['source'], array( 'all', '' ), true ) ) {
			$ask['source'] = (string) $row['source'];
		}
		if ( 'bundle' === $row['layout'] ) {
			$ask['bundle'] = true;
		}
		if ( ! self::is_plain( $row ) ) {
			$ask['reserve'] = true;
		}
		return $ask;
	}

	/**
	 * What is asked on this page.
	 *
	 * @param array $lists Of list_of().
	 * @return array
	 */
	private static function question( array $lists ) {
		$ask = array(
			'lists'  => $lists,
			'locale' => self::language(),
		);
		if ( self::$standing ) {
			$ask['exclude'] = array_slice( array_values( array_unique( self::$standing ) ), 0, 500 );
		}
		if ( 'product' === Vitrine_Page::kind() ) {
			$ask['product_id'] = (string) get_queried_object_id();
		}
		if ( 'category' === Vitrine_Page::kind() && is_product_category() ) {
			$ask['filter'] = array( 'categories' => array( (string) get_queried_object_id() ) );
		}
		return $ask + self::visitor();
	}

	/**
	 * What is known of who asks. A page made for one visitor is kept from page caches that are there all the same.
	 *
	 * @return array
	 */
	private static function visitor() {
		$about = array();
		$id    = Vitrine_Visitor::id();
		if ( '' !== $id ) {
			$about['visitor_id'] = $id;
			if ( is_user_logged_in() ) {
				$about['customer_id'] = (string) get_current_user_id();
			}
		}
		$cart = isset( WC()->cart ) ? array_values( array_unique( array_map( 'strval', wp_list_pluck( WC()->cart->get_cart(), 'product_id' ) ) ) ) : array();
		if ( $cart ) {
			$about['cart'] = array_slice( $cart, 0, 100 );
		}
		if ( $about && ! defined( 'DONOTCACHEPAGE' ) ) {
			define( 'DONOTCACHEPAGE', true ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- the name page caches go by.
		}
		return $about;
	}

	/**
	 * Asks, or takes what was answered to the same question a moment ago. Questions of one visitor are kept only in an object cache: in the
	 * database they would be a row for every page he opens.
	 *
	 * @param array $question See above.
	 * @return array Empty: no answer.
	 */
	private static function answer( array $question ) {
		$keep = wp_using_ext_object_cache() || ! isset( $question['visitor_id'] );
		$name = 'vitrine_answer_' . md5( wp_json_encode( $question ) );
		$kept = $keep ? get_transient( $name ) : false;
		if ( is_array( $kept ) ) {
			return $kept;
		}
		$answer = self::ask( 'post', '/api/v1/recommendations', $question );
		if ( $keep && $answer ) {
			set_transient( $name, $answer, self::ANSWER_SECONDS );
		}
		return $answer;
	}

	/**
	 * Asks the server for as long as this page may still wait.
	 *
	 * @param string $how  get or post.
	 * @param string $path Address.
	 * @param array  $what Query or body.
	 * @return array Empty: no answer.
	 */
	private static function ask( $how, $path, array $what ) {
		$left = Vitrine_Client::PAGE_SECONDS - self::$waited;
		if ( $left < self::LEAST_SECONDS ) {
			return array();
		}
		$options       = array(
			'page'    => true,
			'timeout' => $left,
		);
		$begin         = microtime( true );
		$answer        = 'get' === $how ? Vitrine_Client::get( $path, $what, $options ) : Vitrine_Client::post( $path, $what, $options );
		self::$waited += microtime( true ) - $begin;
		return is_wp_error( $answer ) ? array() : $answer;
	}

	/**
	 * Two letters, as in the page's lang attribute.
	 *
	 * @return string
	 */
	private static function language() {
		return strtolower( substr( determine_locale(), 0, 2 ) );
	}

	/**
	 * One product. Whatever the catalogue holds is text here, and its addresses are http or https.
	 *
	 * @param array  $item     Of an answer.
	 * @param int    $position From 1.
	 * @param string $rec_id   Of the answer.
	 * @param array  $design   Its placement.
	 * @return string HTML.
	 */
	private static function card( array $item, $position, $rec_id, array $design ) {
		$url = self::address( $item, 'url' );
		if ( '' === $url || ! isset( $item['product_id'], $item['name'] ) ) {
			return '';
		}
		$url     = add_query_arg(
			array(
				'vitrine_rec'      => rawurlencode( $rec_id ),
				'vitrine_position' => $position,
			),
			$url
		);
		$image   = self::address( $item, 'image' );
		$picture = sprintf( '<img src="%s" alt="" loading="lazy" decoding="async" width="300" height="300">', esc_url( '' === $image ? wc_placeholder_img_src() : $image ) );
		$message = ! empty( $design['show']['message'] ) && ! empty( $item['message'] ) && empty( $item['incentive'] ) ? sprintf( '<span class="vitrine-why">%s</span>', esc_html( $item['message'] ) ) : '';
		return sprintf(
			'<li data-vitrine-product="%s" data-vitrine-position="%d"><a href="%s" rel="nofollow"><span class="vitrine-picture">%s</span><span class="vitrine-name">%s</span>%s%s</a></li>',
			esc_attr( $item['product_id'] ),
			(int) $position,
			esc_url( $url, array( 'http', 'https' ) ),
			$picture,
			esc_html( $item['name'] ),
			self::price( $item ),
			$message
		);
	}

	/**
	 * A price, written as the shop writes its own; in another currency than the one it shows at the moment, as the server writes it.
	 *
	 * @param array $item Of an answer.
	 * @return string HTML.
	 */
	private static function price( array $item ) {
		if ( ! isset( $item['price'], $item['price_text'] ) || ! is_numeric( $item['price'] ) ) {
			return '';
		}
		$own = isset( $item['currency'] ) && get_woocommerce_currency() === $item['currency'];
		$now = $own ? wp_kses_post( wc_price( (float) $item['price'] ) ) : esc_html( $item['price_text'] );
		if ( ! empty( $item['price_from'] ) ) {
			/* translators: %s: the lowest price of a product's versions. */
			$now = sprintf( esc_html__( 'from %s', 'vitrine' ), $now );
		} elseif ( $own && ! empty( $item['on_sale'] ) && isset( $item['regular_price'] ) && (float) $item['regular_price'] > (float) $item['price'] ) {
			$before = wp_kses_post( wc_price( (float) $item['regular_price'] ) );
			$now    = sprintf( '<del><span class="screen-reader-text">%s </span>%s</del> <span>%s</span>', esc_html__( 'Before:', 'vitrine' ), $before, $now );
		}
		return '<span class="vitrine-price">' . $now . '</span>';
	}

	/**
	 * An address of a product: of the web, or of this shop when it begins with a slash.
	 *
	 * @param array  $item Of an answer.
	 * @param string $name url or image.
	 * @return string Empty: none.
	 */
	private static function address( array $item, $name ) {
		$url = isset( $item[ $name ] ) && is_string( $item[ $name ] ) ? $item[ $name ] : '';
		if ( 0 === strpos( $url, '/' ) && 0 !== strpos( $url, '//' ) ) {
			return home_url( $url );
		}
		return preg_match( '~^https?://~i', $url ) ? $url : '';
	}
}

<?php
/**
 * Where suggestions stand: the table of slots, and the hooks of classic and block themes that put them into the page.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * A slot is an empty element that the widget fills (or that Vitrine_Render has filled already). Each stands once in a page by itself, at the
 * first place of its row that the theme has; a theme with none of them is left to the widget, which looks for a place on its own.
 */
final class Vitrine_Placements {

	/**
	 * Every slot: the page it is for, what recommendations are asked with (`placement`, `source`, `n`), the classic hooks (`hook` => priority)
	 * and the blocks it stands behind (`main`: at the end of the page's main part). `room`: kept free for it, as on these pages it would else
	 * stand in view and have to wait; the widget gives room back that stays empty. Names are those of the server's configuration. Overlays
	 * have nothing of this: they lie over the page.
	 */
	const SLOTS = array(
		'bought_together' => array(
			'page'      => 'product',
			'placement' => 'product',
			'source'    => 'cross_sell',
			'n'         => 3,
			'hooks'     => array( 'woocommerce_after_single_product_summary' => 7 ),
			'blocks'    => array( 'woocommerce/product-details' ),
		),
		'upgrade'         => array(
			'page'      => 'product',
			'placement' => 'upsell',
			'source'    => '',
			'n'         => 1,
			'hooks'     => array( 'woocommerce_after_single_product_summary' => 8 ),
			'blocks'    => array( 'woocommerce/product-details' ),
		),
		'also_viewed'     => array(
			'page'      => 'product',
			'placement' => 'also_bought',
			'source'    => '',
			'n'         => 8,
			'hooks'     => array( 'woocommerce_after_single_product_summary' => 12 ),
			'blocks'    => array( 'woocommerce/product-details' ),
		),
		'similar'         => array(
			'page'      => 'product',
			'placement' => 'similar',
			'source'    => '',
			'n'         => 8,
			'hooks'     => array( 'woocommerce_after_single_product_summary' => 13 ),
			'blocks'    => array( 'woocommerce/product-details' ),
		),
		'cart'            => array(
			'page'      => 'cart',
			'placement' => 'cart',
			'source'    => '',
			'n'         => 4,
			'hooks'     => array(
				'woocommerce_after_cart'    => 10,
				'woocommerce_cart_is_empty' => 20,
			),
			'room'      => true,
			'blocks'    => array( 'woocommerce/cart' ),
		),
		'checkout'        => array(
			'page'      => 'checkout',
			'placement' => 'checkout',
			'source'    => '',
			'n'         => 2,
			'hooks'     => array( 'woocommerce_after_checkout_form' => 20 ),
			'blocks'    => array( 'woocommerce/checkout' ),
		),
		'for_you'         => array(
			'page'      => 'home',
			'placement' => 'home',
			'source'    => '',
			'n'         => 8,
			'hooks'     => array( 'woocommerce_after_main_content' => 5 ),
			'blocks'    => array( 'main' ),
		),
		'trending'        => array(
			'page'      => 'home',
			'placement' => 'home',
			'source'    => 'trending',
			'n'         => 8,
			'hooks'     => array( 'woocommerce_after_main_content' => 6 ),
			'blocks'    => array( 'main' ),
		),
		'recent'          => array(
			'page'      => 'home',
			'placement' => '',
			'source'    => 'recent',
			'n'         => 8,
			'hooks'     => array( 'woocommerce_after_main_content' => 7 ),
			'blocks'    => array( 'main' ),
		),
		'category'        => array(
			'page'      => 'category',
			'placement' => 'category',
			'source'    => '',
			'n'         => 8,
			'hooks'     => array( 'woocommerce_after_shop_loop' => 40 ),
			'blocks'    => array( 'woocommerce/product-collection', 'core/query' ),
		),
		'search_empty'    => array(
			'page'      => 'search_empty',
			'placement' => 'search',
			'source'    => '',
			'n'         => 8,
			'hooks'     => array( 'woocommerce_no_products_found' => 20 ),
			'room'      => true,
			'blocks'    => array( 'woocommerce/product-collection-no-results', 'core/query-no-results', 'main' ),
		),
		'not_found'       => array(
			'page'      => 'not_found',
			'placement' => 'not_found',
			'source'    => '',
			'n'         => 8,
			'hooks'     => array( 'get_footer' => 1 ),
			'room'      => true,
			'blocks'    => array( 'main' ),
		),
		'order_received'  => array(
			'page'      => 'order_received',
			'placement' => 'thank_you',
			'source'    => '',
			'n'         => 6,
			'hooks'     => array( 'woocommerce_thankyou' => 20 ),
			'room'      => true,
			'blocks'    => array( 'woocommerce/order-confirmation-additional-information' ),
		),
		'popup'           => array( 'page' => '' ),
		'slide_in'        => array( 'page' => '' ),
		'banner'          => array( 'page' => '' ),
		'sticky'          => array( 'page' => '' ),
	);

	/**
	 * Slots of this page that stand behind a block: its name => slots.
	 *
	 * @var array
	 */
	private static $behind = array();

	/**
	 * Slots that were put into this page by themselves.
	 *
	 * @var array slot => true
	 */
	private static $placed = array();

	/**
	 * A page of that kind is drawn: hooks of classic themes, blocks of block themes, and the content of a front page, for its slots alone.
	 *
	 * @param string $kind Of Vitrine_Page::kind().
	 */
	public static function begin( $kind ) {
		foreach ( self::SLOTS as $slot => $row ) {
			if ( $row['page'] === $kind && self::is_on( $slot ) ) {
				self::begin_slot( $slot, $row );
			}
		}
		if ( self::$behind ) {
			// before WooCommerce calls the hooks of classic themes around its blocks.
			add_filter( 'render_block', array( __CLASS__, 'behind_block' ), 5, 2 );
		}
		if ( 'home' === $kind ) {
			add_filter( 'the_content', array( __CLASS__, 'behind_content' ), 20 );
		}
	}

	/**
	 * The places of one slot.
	 *
	 * @param string $slot Name.
	 * @param array  $row  Of SLOTS.
	 */
	private static function begin_slot( $slot, array $row ) {
		foreach ( $row['hooks'] as $hook => $priority ) {
			add_action(
				$hook,
				static function () use ( $slot ) {
					// The markup is made of escaped parts by markup().
					echo self::once( $slot ); // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped
				},
				$priority
			);
		}
		foreach ( $row['blocks'] as $block ) {
			self::$behind[ $block ][] = $slot;
		}
		if ( isset( $row['room'] ) ) {
			add_action( 'wp_enqueue_scripts', array( __CLASS__, 'keep_room' ) );
		}
	}

	/**
	 * Keeps room for the slot of this page that needs it, where scripts run.
	 */
	public static function keep_room() {
		$kind = Vitrine_Page::kind();
		$rule = "[data-vitrine-slot='$kind']{min-block-size:24rem}@media (min-width:800px){[data-vitrine-slot='$kind']{min-block-size:32rem}}";
		wp_register_style( 'vitrine-room', false, array(), VITRINE_VERSION );
		wp_enqueue_style( 'vitrine-room' );
		wp_add_inline_style( 'vitrine-room', "@media (scripting:enabled){{$rule}}" );
	}

	/**
	 * Whether the owner wants the slot. Nobody said otherwise: yes.
	 *
	 * @param string $slot Name.
	 * @return bool
	 */
	public static function is_on( $slot ) {
		$said = Vitrine_Options::get( 'placements' );
		return isset( self::SLOTS[ $slot ] ) && ( ! isset( $said[ $slot ] ) || $said[ $slot ] );
	}

	/**
	 * Slots the owner does not want.
	 *
	 * @return string[]
	 */
	public static function off() {
		$refused = array_keys( Vitrine_Options::get( 'placements' ), false, true );
		return array_values( array_intersect( array_keys( self::SLOTS ), $refused ) );
	}

	/**
	 * Slots that this page will place by itself, in its order.
	 *
	 * @return string[]
	 */
	public static function to_come() {
		$to_come = array();
		foreach ( self::SLOTS as $slot => $row ) {
			if ( Vitrine_Page::kind() === $row['page'] && ! isset( self::$placed[ $slot ] ) && self::is_on( $slot ) ) {
				$to_come[] = $slot;
			}
		}
		return $to_come;
	}

	/**
	 * Slots that an owner may put somewhere by shortcode, block or template tag: all but overlays.
	 *
	 * @return string[]
	 */
	public static function for_pages() {
		return array_keys(
			array_filter(
				self::SLOTS,
				static function ( $row ) {
					return '' !== $row['page'];
				}
			)
		);
	}

	/**
	 * The element of a slot.
	 *
	 * @param string $slot  Name.
	 * @param string $width Class that says how wide it is in a block theme.
	 * @return string HTML; empty for a name that is none.
	 */
	public static function markup( $slot, $width = '' ) {
		if ( empty( self::SLOTS[ $slot ]['page'] ) ) {
			return '';
		}
		$drawn = Vitrine_Options::get( 'server_render' ) && Vitrine_Page::is_shown() ? Vitrine_Render::slot( $slot, $width ) : '';
		$width = '' === $width ? '' : sprintf( ' class="%s"', esc_attr( $width ) );
		return '' !== $drawn ? $drawn : sprintf( '<div data-vitrine-slot="%s"%s style="clear:both"></div>', esc_attr( $slot ), $width );
	}

	/**
	 * The element of a slot where it belongs, the first time it is asked for; else nothing.
	 *
	 * @param string $slot  Name.
	 * @param string $width See markup().
	 * @return string HTML.
	 */
	private static function once( $slot, $width = '' ) {
		if ( isset( self::$placed[ $slot ] ) ) {
			return '';
		}
		self::$placed[ $slot ] = true;
		return self::markup( $slot, $width );
	}

	/**
	 * Block themes: slots behind the block they belong to, or at the end of the main part.
	 *
	 * @param string $html  The block.
	 * @param array  $block What it is.
	 * @return string
	 */
	public static function behind_block( $html, $block ) {
		$name = isset( $block['blockName'] ) ? $block['blockName'] : '';
		$main = 'core/group' === $name && isset( $block['attrs']['tagName'] ) && 'main' === $block['attrs']['tagName'];
		$name = $main ? 'main' : $name;
		if ( ! isset( self::$behind[ $name ] ) || ! self::is_main( $block ) ) {
			return $html;
		}
		$slots = '';
		$width = ! $main && preg_match( '/^\s*<[^>]*\b(align(?:wide|full))\b/', $html, $found ) ? $found[1] : '';
		foreach ( self::$behind[ $name ] as $slot ) {
			$slots .= self::once( $slot, $width );
		}
		$end = $main ? strrpos( $html, '</main>' ) : strlen( $html );
		return '' === $slots || false === $end ? $html . $slots : substr_replace( $html, $slots, $end, 0 );
	}

	/**
	 * A list of products belongs to the page when it shows what the page is about, not a selection of its own.
	 *
	 * @param array $block A block.
	 * @return bool
	 */
	private static function is_main( array $block ) {
		if ( ! in_array( $block['blockName'], array( 'woocommerce/product-collection', 'core/query' ), true ) ) {
			return true;
		}
		return ! empty( $block['attrs']['query']['inherit'] );
	}

	/**
	 * The front page's own content, classic and block themes: slots of the home page behind it.
	 *
	 * @param string $content HTML.
	 * @return string
	 */
	public static function behind_content( $content ) {
		if ( ! is_front_page() || ! is_singular() || ! in_the_loop() || ! is_main_query() ) {
			return $content;
		}
		foreach ( self::SLOTS as $slot => $row ) {
			if ( 'home' === $row['page'] && self::is_on( $slot ) ) {
				$content .= self::once( $slot );
			}
		}
		return $content;
	}
}

<?php
/**
 * The setup page: what it looks like.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Draws the page. It reads settings and what the server says; it changes nothing.
 */
final class Vitrine_Admin_Page {

	/**
	 * Which pages slots belong to, in the order of a visit.
	 *
	 * @return array kind of page => heading.
	 */
	private static function groups() {
		return array(
			'home'           => __( 'Home page', 'vitrine' ),
			'category'       => __( 'Categories', 'vitrine' ),
			'product'        => __( 'Product page', 'vitrine' ),
			'cart'           => __( 'Cart', 'vitrine' ),
			'checkout'       => __( 'Checkout', 'vitrine' ),
			'order_received' => __( 'After the order', 'vitrine' ),
			'search_empty'   => __( 'Search', 'vitrine' ),
			'not_found'      => __( 'Page not found', 'vitrine' ),
			''               => __( 'Over the page', 'vitrine' ),
		);
	}

	/**
	 * Switches besides those of the slots: setting => array( label, what it does ).
	 *
	 * @return array
	 */
	public static function switches() {
		return array(
			'email_block'         => array( __( 'Suggestions in order e-mails', 'vitrine' ), __( 'Below the order, in WooCommerce’s e-mails to customers.', 'vitrine' ) ),
			'recover_carts'       => array( __( 'Remember carts', 'vitrine' ), __( 'A cart that was left can be brought back by a link, on any device.', 'vitrine' ) ),
			'offers'              => array( __( 'Grant bundle and upgrade prices in the cart', 'vitrine' ), __( 'A discount shown with a suggestion holds in the cart, for two hours, once. Off: no such price is shown.', 'vitrine' ) ),
			'offers_with_coupons' => array( __( 'Also together with coupons', 'vitrine' ), __( 'Off: a cart with a coupon gets no bundle or upgrade price.', 'vitrine' ) ),
			'server_render'       => array( __( 'Draw suggestions on the server', 'vitrine' ), __( 'Only for shops without a page cache: suggestions stand in the page as it comes, and a page may wait for them up to 0.8 seconds.', 'vitrine' ) ),
			'track_server'        => array( __( 'Count views where scripts are blocked', 'vitrine' ), __( 'Product views are told by the shop itself when the browser runs no script.', 'vitrine' ) ),
			'dnt'                 => array( __( 'Obey Do Not Track', 'vitrine' ), __( 'Visitors whose browser says Do Not Track or Global Privacy Control are not remembered.', 'vitrine' ) ),
			'cookieless'          => array( __( 'Without cookies', 'vitrine' ), __( 'Nothing is kept in any browser. Suggestions then know the page and the cart, not the visitor.', 'vitrine' ) ),
		);
	}

	/**
	 * The page.
	 */
	public static function draw() {
		$said      = Vitrine_Admin::said();
		$connected = Vitrine_Options::is_connected();
		echo '<div class="wrap vitrine"><div class="vitrine-head"><h1>' . esc_html__( 'Vitrine', 'vitrine' ) . '</h1><p>';
		esc_html_e( 'Product suggestions for your shop, chosen for each visitor by your own server.', 'vitrine' );
		echo '</p></div><hr class="wp-header-end">';
		self::draw_said( $said );
		if ( $connected ) {
			self::draw_connection( $said );
			self::draw_settings();
		} else {
			self::draw_connect( $said );
		}
		echo '</div>';
	}

	/**
	 * How the last button went.
	 *
	 * @param array $said See Vitrine_Admin::said().
	 */
	private static function draw_said( array $said ) {
		if ( ! isset( $said['about'] ) || 'page' !== $said['about'] ) {
			return;
		}
		printf(
			'<div class="notice notice-%s" role="%s"><p>%s</p></div>',
			$said['good'] ? 'success' : 'error',
			$said['good'] ? 'status' : 'alert',
			esc_html( $said['text'] )
		);
	}

	/**
	 * Begins a form that does one thing.
	 *
	 * @param string $action One of Vitrine_Admin::ACTIONS.
	 * @param string $style  Class.
	 */
	private static function open_form( $action, $style = '' ) {
		printf( '<form method="post" action="%s" class="%s"><input type="hidden" name="action" value="%s">', esc_url( admin_url( 'admin-post.php' ) ), esc_attr( $style ), esc_attr( $action ) );
		wp_nonce_field( $action );
	}

	/**
	 * Before: three steps, one field, one button.
	 *
	 * @param array $said See Vitrine_Admin::said().
	 */
	private static function draw_connect( array $said ) {
		$wrong = isset( $said['about'] ) && 'connect' === $said['about'];
		echo '<section class="vitrine-card" aria-labelledby="vitrine-connect"><h2 id="vitrine-connect">' . esc_html__( 'Connect the shop', 'vitrine' ) . '</h2>';
		echo '<ol class="vitrine-steps"><li>' . esc_html__( 'On the machine Vitrine runs on, ask for a line with a code:', 'vitrine' ) . '<code class="vitrine-command">vitrine connect code</code>';
		echo '<span class="vitrine-note">' . esc_html__( 'A Vitrine without a shop prints one when it starts. A code holds for a day and works once.', 'vitrine' ) . '</span></li><li>';
		self::open_form( 'vitrine_connect', 'vitrine-connect' );
		printf(
			'<label for="vitrine-line">%s</label><div class="vitrine-row"><input type="text" inputmode="url" id="vitrine-line" name="line" required autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="http://your-server:8080/connect/ABCD-EFGH-JKMN" value="%s" aria-describedby="vitrine-line-said"%s><button class="button button-primary">%s</button></div>',
			esc_html__( 'Paste the line it prints', 'vitrine' ),
			esc_attr( $wrong ? $said['line'] : '' ),
			$wrong ? ' aria-invalid="true" autofocus' : '',
			esc_html__( 'Connect', 'vitrine' )
		);
		printf( '<p id="vitrine-line-said" class="vitrine-wrong"%s>%s</p></form></li></ol>', $wrong ? ' role="alert"' : '', esc_html( $wrong ? $said['text'] : '' ) );
		echo '<p class="vitrine-note">' . esc_html__( 'Connecting makes a WooCommerce REST key named Vitrine, with which your server copies products, orders and customers and hears of changes. Nothing goes to anybody else. Disconnecting deletes the key.', 'vitrine' ) . '</p></section>';
	}

	/**
	 * After: how it is, and what can be done.
	 *
	 * @param array $said See Vitrine_Admin::said().
	 */
	private static function draw_connection( array $said ) {
		$status = new Vitrine_Status( Vitrine_Connection::status(), Vitrine_Queue::status() );
		$since  = wp_date( get_option( 'date_format' ), Vitrine_Options::get( 'connected_at' ) );
		printf( '<section class="vitrine-card" aria-labelledby="vitrine-status"><h2 id="vitrine-status">%s</h2><p class="vitrine-where">', esc_html__( 'Connection', 'vitrine' ) );
		/* translators: 1: address of the server, 2: name of the shop there, 3: date. */
		echo wp_kses( sprintf( __( '%1$s, as %2$s, since %3$s', 'vitrine' ), '<b>' . esc_html( Vitrine_Options::get( 'server' ) ) . '</b>', '<b>' . esc_html( Vitrine_Options::get( 'store' ) ) . '</b>', esc_html( $since ) ), array( 'b' => array() ) );
		printf( '</p><div id="vitrine-live" data-running="%d">', $status->is_running() ? 1 : 0 );
		self::draw_status( $status );
		echo '</div><p id="vitrine-heard" class="screen-reader-text" aria-live="polite"></p>';
		if ( Vitrine_Connection::is_mixed() ) {
			echo '<p class="vitrine-line is-bad">' . esc_html( Vitrine_Connection::say_mixed() ) . '</p>';
		}
		self::draw_test( $said );
		self::draw_buttons();
		echo '</section>';
	}

	/**
	 * The part of the page that changes by itself. No button stands in it.
	 *
	 * @param Vitrine_Status $status What the server said.
	 */
	public static function draw_status( Vitrine_Status $status ) {
		if ( '' !== $status->problem() ) {
			echo '<p class="vitrine-state is-bad">' . esc_html( $status->problem() ) . '</p>';
		}
		if ( '' === $status->problem() ) {
			self::draw_state( $status );
		}
		$lines = $status->lines();
		echo $lines ? '<dl class="vitrine-lines">' : '';
		foreach ( $lines as $line ) {
			$class = null === $line['good'] ? '' : ( $line['good'] ? 'is-good' : 'is-bad' );
			printf( '<div class="%s"><dt>%s</dt><dd>%s</dd></div>', esc_attr( $class ), esc_html( $line['name'] ), esc_html( $line['text'] ) );
		}
		echo $lines ? '</dl>' : '';
	}

	/**
	 * Connected, or what is being done.
	 *
	 * @param Vitrine_Status $status What the server said.
	 */
	private static function draw_state( Vitrine_Status $status ) {
		if ( $status->is_running() ) {
			echo '<p class="vitrine-state is-busy" id="vitrine-copying">' . esc_html( $status->doing() ) . '</p>';
			self::draw_share( $status->share() );
		} else {
			echo '<p class="vitrine-state is-good">' . esc_html__( 'Connected', 'vitrine' ) . '</p>';
		}
	}

	/**
	 * A bar.
	 *
	 * @param float|null $share 0 to 1; null: it moves without saying how far.
	 */
	private static function draw_share( $share ) {
		if ( null === $share ) {
			echo '<div class="vitrine-progress"><progress aria-labelledby="vitrine-copying"></progress></div>';
			return;
		}
		printf( '<div class="vitrine-progress"><progress max="100" value="%1$d" aria-labelledby="vitrine-copying">%1$d %%</progress><span>%1$d %%</span></div>', (int) floor( 100 * $share ) );
	}

	/**
	 * What a test found.
	 *
	 * @param array $said See Vitrine_Admin::said().
	 */
	private static function draw_test( array $said ) {
		if ( ! isset( $said['about'] ) || 'test' !== $said['about'] ) {
			return;
		}
		echo '<div role="status"><ul class="vitrine-test">';
		foreach ( $said['rows'] as $row ) {
			printf(
				'<li class="%s"><span class="screen-reader-text">%s </span>%s</li>',
				$row[0] ? 'is-good' : 'is-bad',
				$row[0] ? esc_html__( 'Fine:', 'vitrine' ) : esc_html__( 'Not fine:', 'vitrine' ),
				esc_html( $row[1] )
			);
		}
		echo '</ul></div>';
	}

	/**
	 * Test, copy again, disconnect. What cannot be taken back opens first.
	 */
	private static function draw_buttons() {
		echo '<div class="vitrine-buttons">';
		self::open_form( 'vitrine_test' );
		echo '<button class="button button-primary">' . esc_html__( 'Test the connection', 'vitrine' ) . '</button></form>';
		self::open_form( 'vitrine_sync' );
		echo '<button class="button">' . esc_html__( 'Copy the shop again', 'vitrine' ) . '</button></form></div>';
		echo '<details class="vitrine-end"><summary>' . esc_html__( 'Disconnect…', 'vitrine' ) . '</summary><p>';
		esc_html_e( 'Suggestions vanish from the shop at once, the server’s key to this shop is deleted, and the server stops hearing of changes. What it learned stays there; connect again with a new code and it goes on.', 'vitrine' );
		echo '</p>';
		self::open_form( 'vitrine_disconnect' );
		echo '<button class="button vitrine-danger">' . esc_html__( 'Disconnect this shop', 'vitrine' ) . '</button></form></details>';
	}

	/**
	 * Where suggestions stand, and the rest.
	 */
	private static function draw_settings() {
		self::open_form( 'vitrine_save', 'vitrine-settings' );
		echo '<section class="vitrine-card" aria-labelledby="vitrine-where"><h2 id="vitrine-where">' . esc_html__( 'Where suggestions stand', 'vitrine' ) . '</h2><p class="vitrine-note">';
		esc_html_e( 'They take your theme’s fonts and colours. For a place of your own there is the block “Vitrine suggestions” and the shortcode:', 'vitrine' );
		echo ' <code>[vitrine placement="similar"]</code></p><div class="vitrine-groups">';
		foreach ( self::groups() as $kind => $heading ) {
			echo '<fieldset><legend>' . esc_html( $heading ) . '</legend>';
			foreach ( Vitrine_Placements::SLOTS as $slot => $row ) {
				if ( $row['page'] === $kind ) {
					self::draw_switch( 'slot_' . $slot, Vitrine_Admin::label( $slot ), Vitrine_Placements::is_on( $slot ) );
				}
			}
			if ( '' === $kind ) {
				echo '<p class="vitrine-note">' . esc_html__( 'These also wait until you switch them on in Vitrine’s design.', 'vitrine' ) . '</p>';
			}
			echo '</fieldset>';
		}
		echo '</div></section>';
		self::draw_rest();
		echo '<p class="vitrine-save"><button class="button button-primary button-hero">' . esc_html__( 'Save', 'vitrine' ) . '</button></p></form>';
	}

	/**
	 * Settings besides the slots.
	 */
	private static function draw_rest() {
		echo '<section class="vitrine-card" aria-labelledby="vitrine-rest"><h2 id="vitrine-rest">' . esc_html__( 'How it works here', 'vitrine' ) . '</h2>';
		foreach ( self::switches() as $name => $texts ) {
			self::draw_switch( $name, $texts[0], Vitrine_Options::get( $name ), $texts[1] );
		}
		$consent = Vitrine_Options::get( 'consent' );
		echo '<fieldset class="vitrine-consent"><legend>' . esc_html__( 'Visitors who have not answered a cookie banner', 'vitrine' ) . '</legend>';
		$choices = array(
			'optional' => __( 'are remembered until they say no', 'vitrine' ),
			'required' => __( 'are not remembered until they say yes', 'vitrine' ),
		);
		foreach ( $choices as $value => $label ) {
			printf( '<label><input type="radio" name="consent" value="%s"%s> %s</label>', esc_attr( $value ), checked( $consent, $value, false ), esc_html( $label ) );
		}
		echo '<p class="vitrine-note">' . esc_html__( 'Banners that speak the WP Consent API or Google Consent Mode are heard by themselves.', 'vitrine' ) . '</p></fieldset></section>';
	}

	/**
	 * A box to tick, drawn as a switch.
	 *
	 * @param string $name  Of the box.
	 * @param string $label What it is.
	 * @param bool   $on    Whether it is ticked.
	 * @param string $note  What it does.
	 */
	private static function draw_switch( $name, $label, $on, $note = '' ) {
		$id = 'vitrine-' . $name;
		printf(
			'<div class="vitrine-switch"><input type="checkbox" id="%1$s" name="on[%2$s]" value="1"%3$s%4$s><label for="%1$s">%5$s</label>',
			esc_attr( $id ),
			esc_attr( $name ),
			checked( $on, true, false ),
			'' === $note ? '' : ' aria-describedby="' . esc_attr( $id ) . '-note"',
			esc_html( $label )
		);
		if ( '' !== $note ) {
			printf( '<p id="%s-note" class="vitrine-note">%s</p>', esc_attr( $id ), esc_html( $note ) );
		}
		echo '</div>';
	}
}

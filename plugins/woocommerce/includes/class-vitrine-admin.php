<?php
/**
 * The setup page: its place in the menu, and what its buttons do.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Every button is a form that is posted to admin-post.php and leads back to the page, which then says how it went: nothing needs a script.
 * admin.js adds what is nicer with one: the status follows the first copy, and buttons say that they are at work.
 */
final class Vitrine_Admin {

	const PAGE = 'vitrine';
	const MAY  = 'manage_woocommerce';

	/**
	 * What can be asked of the page: action => method. Each is posted with a nonce of its own name.
	 */
	const ACTIONS = array(
		'vitrine_connect'    => 'connect',
		'vitrine_disconnect' => 'disconnect',
		'vitrine_test'       => 'test',
		'vitrine_sync'       => 'sync',
		'vitrine_save'       => 'save',
	);

	/**
	 * Address of the page.
	 *
	 * @return string
	 */
	public static function url() {
		return admin_url( 'admin.php?page=' . self::PAGE );
	}

	/**
	 * Into WooCommerce's menu.
	 */
	public static function add_page() {
		add_submenu_page( 'woocommerce', __( 'Vitrine', 'vitrine' ), __( 'Vitrine', 'vitrine' ), self::MAY, self::PAGE, array( 'Vitrine_Admin_Page', 'draw' ) );
	}

	/**
	 * "Settings" in the list of plugins.
	 *
	 * @param array $links HTML.
	 * @return array
	 */
	public static function add_link( $links ) {
		$link = sprintf( '<a href="%s">%s</a>', esc_url( self::url() ), esc_html__( 'Settings', 'vitrine' ) );
		return array_merge( array( 'vitrine' => $link ), (array) $links );
	}

	/**
	 * The page opens by itself once, after the plugin alone was activated.
	 */
	public static function open_once() {
		if ( ! get_transient( 'vitrine_open_setup' ) || wp_doing_ajax() || ! current_user_can( self::MAY ) ) {
			return;
		}
		delete_transient( 'vitrine_open_setup' );
		if ( ! isset( $_GET['activate-multi'] ) && ! is_network_admin() && ! Vitrine_Options::is_connected() ) { // phpcs:ignore WordPress.Security.NonceVerification.Recommended
			wp_safe_redirect( self::url() );
			exit;
		}
	}

	/**
	 * Style and script, on this page alone.
	 *
	 * @param string $screen Hook of the page at hand.
	 */
	public static function enqueue( $screen ) {
		if ( 'woocommerce_page_' . self::PAGE !== $screen && false === strpos( $screen, '_page_' . self::PAGE ) ) {
			return;
		}
		wp_enqueue_style( 'vitrine-admin', plugins_url( 'assets/admin.css', VITRINE_FILE ), array(), VITRINE_VERSION );
		wp_enqueue_script( 'vitrine-admin', plugins_url( 'assets/admin.js', VITRINE_FILE ), array(), VITRINE_VERSION, true );
		$said = array(
			'url'     => admin_url( 'admin-ajax.php' ),
			'nonce'   => wp_create_nonce( 'vitrine_status' ),
			'working' => __( 'One moment…', 'vitrine' ),
			'done'    => __( 'The first copy of the shop is complete.', 'vitrine' ),
		);
		wp_add_inline_script( 'vitrine-admin', 'window.vitrineAdmin = ' . wp_json_encode( $said, JSON_HEX_TAG ) . ';', 'before' );
	}

	/**
	 * A button was pressed.
	 */
	public static function act() {
		$action = isset( $_POST['action'] ) ? sanitize_key( $_POST['action'] ) : ''; // phpcs:ignore WordPress.Security.NonceVerification.Missing -- the name of the nonce.
		if ( ! current_user_can( self::MAY ) || ! isset( self::ACTIONS[ $action ] ) ) {
			wp_die( esc_html__( 'You may not do this.', 'vitrine' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( $action );
		self::say( call_user_func( array( __CLASS__, self::ACTIONS[ $action ] ) ) );
		wp_safe_redirect( self::url() );
		exit;
	}

	/**
	 * Keeps what the page says next, for this user.
	 *
	 * @param array $said about, good, text; rows of a test; line that was pasted.
	 */
	private static function say( array $said ) {
		set_transient( 'vitrine_said_' . get_current_user_id(), $said, 5 * MINUTE_IN_SECONDS );
	}

	/**
	 * What the page is to say, once.
	 *
	 * @return array
	 */
	public static function said() {
		$name = 'vitrine_said_' . get_current_user_id();
		$said = get_transient( $name );
		delete_transient( $name );
		return is_array( $said ) ? $said : array();
	}

	/**
	 * "Connect".
	 *
	 * @return array
	 */
	private static function connect() {
		$line = isset( $_POST['line'] ) && is_string( $_POST['line'] ) ? sanitize_text_field( wp_unslash( $_POST['line'] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification.Missing
		$done = Vitrine_Connection::begin( substr( $line, 0, 2000 ) );
		if ( is_wp_error( $done ) ) {
			return array(
				'about' => 'connect',
				'good'  => false,
				'text'  => $done->get_error_message(),
				'line'  => $line,
			);
		}
		return self::good( __( 'Connected. The shop is being copied now; suggestions appear as soon as it is.', 'vitrine' ) );
	}

	/**
	 * "Disconnect".
	 *
	 * @return array
	 */
	private static function disconnect() {
		$done = Vitrine_Connection::end();
		if ( is_wp_error( $done ) ) {
			/* translators: %s: what the server said, a sentence. */
			return self::bad( sprintf( __( 'This shop is disconnected and its key deleted, but the server could not be told: %s', 'vitrine' ), $done->get_error_message() ) );
		}
		return self::good( __( 'Disconnected. The server’s key to this shop is deleted; what it learned stays there for another time.', 'vitrine' ) );
	}

	/**
	 * "Test".
	 *
	 * @return array
	 */
	private static function test() {
		return array(
			'about' => 'test',
			'rows'  => Vitrine_Connection::test(),
		);
	}

	/**
	 * "Copy the shop again".
	 *
	 * @return array
	 */
	private static function sync() {
		$done = Vitrine_Client::post( '/api/v1/store/sync', array( 'sweep' => true ) );
		return is_wp_error( $done ) ? self::bad( $done->get_error_message() ) : self::good( __( 'The shop is being copied again.', 'vitrine' ) );
	}

	/**
	 * "Save": a box that is not ticked is not in the form.
	 *
	 * @return array
	 */
	private static function save() {
		$ticked = isset( $_POST['on'] ) && is_array( $_POST['on'] ) ? array_map( 'sanitize_key', array_keys( $_POST['on'] ) ) : array(); // phpcs:ignore WordPress.Security
		$values = array( 'placements' => array() );
		foreach ( array_keys( Vitrine_Placements::SLOTS ) as $slot ) {
			$values['placements'][ $slot ] = in_array( 'slot_' . $slot, $ticked, true );
		}
		foreach ( array_keys( Vitrine_Admin_Page::switches() ) as $name ) {
			$values[ $name ] = in_array( $name, $ticked, true );
		}
		$consent           = isset( $_POST['consent'] ) ? sanitize_key( $_POST['consent'] ) : ''; // phpcs:ignore WordPress.Security.NonceVerification.Missing
		$values['consent'] = 'required' === $consent ? 'required' : 'optional';
		Vitrine_Options::set( $values );
		return self::good( __( 'Saved. If the shop has a page cache, empty it now.', 'vitrine' ) );
	}

	/**
	 * Something went well.
	 *
	 * @param string $text Sentence.
	 * @return array
	 */
	private static function good( $text ) {
		return array(
			'about' => 'page',
			'good'  => true,
			'text'  => $text,
		);
	}

	/**
	 * Something did not.
	 *
	 * @param string $text Sentence.
	 * @return array
	 */
	private static function bad( $text ) {
		return array(
			'about' => 'page',
			'good'  => false,
			'text'  => $text,
		);
	}

	/**
	 * The status as it is now, for the script that follows the first copy.
	 */
	public static function send_status() {
		check_ajax_referer( 'vitrine_status', 'nonce' );
		if ( ! current_user_can( self::MAY ) ) {
			wp_send_json_error( null, 403 );
		}
		$status = new Vitrine_Status( Vitrine_Connection::status(), Vitrine_Queue::status() );
		ob_start();
		Vitrine_Admin_Page::draw_status( $status );
		wp_send_json_success(
			array(
				'html'    => ob_get_clean(),
				'running' => $status->is_running(),
			)
		);
	}

	/**
	 * What an owner calls a slot.
	 *
	 * @param string $slot Name.
	 * @return string
	 */
	public static function label( $slot ) {
		$labels = array(
			'bought_together' => __( 'Frequently bought together', 'vitrine' ),
			'upgrade'         => __( 'A step up: a better one for a little more', 'vitrine' ),
			'also_viewed'     => __( 'Other customers also chose', 'vitrine' ),
			'similar'         => __( 'Similar products', 'vitrine' ),
			'cart'            => __( 'Goes well with the cart', 'vitrine' ),
			'checkout'        => __( 'One more thing, at checkout', 'vitrine' ),
			'for_you'         => __( 'Recommended for the visitor', 'vitrine' ),
			'trending'        => __( 'Trending now', 'vitrine' ),
			'recent'          => __( 'Recently viewed', 'vitrine' ),
			'category'        => __( 'Recommended in the category', 'vitrine' ),
			'search_empty'    => __( 'Instead of an empty search', 'vitrine' ),
			'not_found'       => __( 'On the page that is not there (404)', 'vitrine' ),
			'order_received'  => __( 'On the page that thanks for an order', 'vitrine' ),
			'popup'           => __( 'Pop-up', 'vitrine' ),
			'slide_in'        => __( 'Slide-in', 'vitrine' ),
			'banner'          => __( 'Banner', 'vitrine' ),
			'sticky'          => __( 'Bar at the edge of the screen', 'vitrine' ),
		);
		return isset( $labels[ $slot ] ) ? $labels[ $slot ] : $slot;
	}
}
